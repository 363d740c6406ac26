"""The configuration that is written: it is accepted, and takes only what is free."""

from dataclasses import replace
from ipaddress import ip_interface
from pathlib import Path

import pytest

from blocker.config.homes import ROUTERS
from blocker.config.load import load_config
from blocker.config.upstreams import DEFAULT_UPSTREAMS
from blocker.setup.machine import Own, Router
from blocker.setup.written import Answers, configuration, listening
from tests.support.source import ROOT
from tests.unit.setup.test_checks import GOOD, HOME, RESOLVED


def test_it_is_accepted(tmp_path: Path) -> None:
    file = tmp_path / "blocker.yaml"
    public = Own("eth0", ip_interface("2a00:1::2/64"), lasting=False, passing=False)
    seen = replace(GOOD, addresses=(HOME, public))
    file.write_text(configuration(seen, Answers("none", "hashed", ("udp://192.0.2.53",)), file))
    config = load_config(file)
    assert [str(each) for each in config.dns.listen] == ["0.0.0.0:53", "[::]:53"]
    assert [str(each) for each in config.dns.allow_from] == ["2a00:1::/64"]
    assert config.blocking.max_breakage == "none"
    assert [each.url for each in config.upstreams] == ["udp://192.0.2.53"]
    file.write_text(configuration(GOOD, Answers(), file))
    assert load_config(file).dns.allow_from == ()
    assert load_config(file).state == tmp_path / "state"


def test_a_service_finds_state_where_it_may_write() -> None:
    text = configuration(GOOD, Answers(), Path("/etc/blocker/blocker.yaml"))
    assert "\nstate: /var/lib/blocker\n" in text
    unit = (ROOT / "deploy/systemd/blocker.service").read_text()
    assert "\nStateDirectory=blocker\n" in unit


def test_names_of_the_home_are_asked_of_the_router(tmp_path: Path) -> None:
    file = tmp_path / "blocker.yaml"
    unique = Own("eth0", ip_interface("fd00:1::2/64"), lasting=True, passing=False)
    public = Own("eth0", ip_interface("2a00:1::2/64"), lasting=False, passing=False)
    other = Own("eth1", ip_interface("10.1.0.2/16"), lasting=True, passing=False)
    seen = replace(
        GOOD,
        addresses=(HOME, unique, public, other),
        router=Router("192.168.1.1", resolves=True),
    )
    file.write_text(configuration(seen, Answers(asks_router=True), file))
    *general, router = load_config(file).upstreams
    assert general == list(DEFAULT_UPSTREAMS)
    assert router.url == "udp://192.168.1.1"
    own = ("1.168.192.in-addr.arpa", "0.0.0.0.0.0.0.0.1.0.0.0.0.0.d.f.ip6.arpa")
    assert set(router.zones) == {*ROUTERS, *own}
    file.write_text(configuration(seen, Answers(), file))
    assert load_config(file).upstreams == DEFAULT_UPSTREAMS


@pytest.mark.parametrize(
    "home, zone",
    [
        ("10.1.2.3/8", "10.in-addr.arpa"),
        ("192.168.4.2/22", "168.192.in-addr.arpa"),
        ("172.16.0.2/12", ""),  # around it, at a whole label, are public addresses
    ],
)
def test_a_zone_of_addresses_has_nothing_public(tmp_path: Path, home: str, zone: str) -> None:
    file = tmp_path / "blocker.yaml"
    own = Own("eth0", ip_interface(home), lasting=True, passing=False)
    router = Router(str(own.at.ip + 1), resolves=True)
    seen = replace(GOOD, addresses=(own,), router=router)
    file.write_text(configuration(seen, Answers(asks_router=True), file))
    assert set(load_config(file).upstreams[-1].zones) == {*ROUTERS, *filter(None, [zone])}


def test_beside_a_stub_it_listens_on_the_homes_address() -> None:
    assert listening(replace(GOOD, holders=(RESOLVED,))) == ["192.168.1.2:53", "[::]:53"]
