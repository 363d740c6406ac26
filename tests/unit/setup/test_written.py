"""The configuration that is written: it is accepted, and takes only what is free."""

from dataclasses import replace
from ipaddress import ip_interface
from pathlib import Path

from blocker.config.load import load_config
from blocker.setup.machine import Own
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


def test_beside_a_stub_it_listens_on_the_homes_address() -> None:
    assert listening(replace(GOOD, holders=(RESOLVED,))) == ["192.168.1.2:53", "[::]:53"]
