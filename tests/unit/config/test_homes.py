"""Which names may lead to addresses of the home."""

from pathlib import Path

from blocker.config.homes import BUILT_IN, homes_of, search_domains
from tests.support.configs import complaints, load


def test_the_home_s_own_names_may(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        "dns: {private_domains: [Intranet.Example.COM.]}\n"
        "upstreams: [udp://192.0.2.53, {url: udp://192.168.1.1, zones: [corp.example]}]\n",
    )
    homes = homes_of(config, ["home.example"])
    assert homes is not None
    assert set(homes) == {*BUILT_IN, "intranet.example.com", "corp.example", "home.example"}
    off = load(tmp_path, "dns: {rebinding_protection: off}")
    assert homes_of(off, []) is None


def test_what_cannot_be_meant_is_said(tmp_path: Path) -> None:
    (said,) = complaints(tmp_path, "dns:\n  rebinding_protection: true\n")
    assert said == "2: dns.rebinding_protection: true is not a switch; write on"
    (said,) = complaints(tmp_path, "dns:\n  private_domains: [1]\n")
    assert said == "2: dns.private_domains[1]: 1 is not a zone; write a domain name in quotes"


def test_the_network_s_domains_are_those_it_was_told(tmp_path: Path) -> None:
    file = tmp_path / "resolv.conf"
    file.write_text(
        "# search old.example\nnameserver 192.168.1.1\ndomain Home.Example\n"
        "search a.example. b.example com -bad-..x\noptions search\n"
    )
    assert search_domains(file) == ["home.example", "a.example", "b.example"]
    assert search_domains(tmp_path / "none") == []
