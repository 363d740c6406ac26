"""The list: what is a problem, what to look at, what to type."""

from dataclasses import replace
from datetime import date
from ipaddress import ip_interface
from pathlib import Path

from blocker.config.dns import Dns
from blocker.config.encrypted import Encrypted
from blocker.config.load import load_config
from blocker.config.model import Config
from blocker.setup.checks import Finding, Seen, findings, firewalls
from blocker.setup.machine import Own
from blocker.setup.ports import Holder

TODAY = date(2026, 11, 24)
HOME = Own("eth0", ip_interface("192.168.1.2/24"), lasting=True, passing=False)
RESOLVED = Holder("UDP", "127.0.0.53", 53, "systemd-resolve", 612)
GOOD = Seen(
    config=Config(),
    holders=(),
    addresses=(HOME,),
    interface="eth0",
    may_bind=True,
    ipv6_announced=False,
    clock_kept=True,
    lists_date="2026-11-23",
    firewalls=(),
)


def found(seen: Seen, check: str, today: date = TODAY) -> list[Finding]:
    return [each for each in findings(seen, today) if each.check == check]


def test_a_good_machine_has_only_what_goes_around(tmp_path: Path) -> None:
    marks = {each.check: each.mark for each in findings(GOOD, TODAY) if each.check != "disk"}
    assert {check for check, mark in marks.items() if mark != "ok"} == {"around"}
    file = tmp_path / "blocker.yaml"
    file.write_text("blocking: {vendors: {public-dns: on}}\n")
    switched = replace(GOOD, config=load_config(file))
    assert found(switched, "around")[0].mark == "ok"


def test_who_holds_the_port_and_how_it_lets_go() -> None:
    (port,) = found(replace(GOOD, holders=(RESOLVED,)), "port")
    assert port.mark == "problem"
    assert "systemd-resolved (pid 612)" in port.what
    assert any("DNSStubListener=no" in line for line in port.do)
    (port,) = found(replace(GOOD, holders=(Holder("UDP", "0.0.0.0", 53, "", 0),)), "port")
    assert "sudo blocker setup" in port.do[0]
    (port,) = found(replace(GOOD, holders=(Holder("UDP", "0.0.0.0", 53, "blocker", 7),)), "port")
    assert (port.mark, port.what) == ("ok", "blocker answers on it")


def test_rights_and_addresses() -> None:
    (rights,) = found(replace(GOOD, may_bind=False, program="/opt/blocker/bin/blocker"), "rights")
    assert rights.mark == "problem"
    assert rights.do[0].startswith("sudo /opt/blocker/bin/blocker serve ")
    assert found(replace(GOOD, addresses=()), "address")[0].mark == "problem"
    docker = Own("docker0", ip_interface("172.17.0.1/16"), lasting=True, passing=False)
    both = replace(GOOD, addresses=(docker, replace(HOME, lasting=False)))
    told, lease = found(both, "address")
    assert told.what.endswith(": 192.168.1.2")
    assert (lease.mark, "lease" in lease.what) == ("attention", True)


def test_ipv6_that_leads_around_and_is_refused() -> None:
    public = Own("eth0", ip_interface("2a00:1::2/64"), lasting=False, passing=False)
    seen = replace(GOOD, addresses=(HOME, public), ipv6_announced=True)
    (announced,) = found(seen, "ipv6")
    assert announced.mark == "attention"
    assert "unique local" in announced.do[1]
    assert "2a00:1::/64" in found(seen, "allow_from")[0].do[0]


def test_clock_and_firewall(tmp_path: Path) -> None:
    assert found(GOOD, "clock", date(1970, 1, 1))[0].mark == "problem"
    assert found(replace(GOOD, clock_kept=False), "clock")[0].mark == "attention"
    assert firewalls(tmp_path) == []
    (tmp_path / "etc" / "ufw").mkdir(parents=True)
    (tmp_path / "etc" / "ufw" / "ufw.conf").write_text("ENABLED=yes\n")
    (tmp_path / "run" / "firewalld").mkdir(parents=True)
    assert firewalls(tmp_path) == ["ufw", "firewalld"]


def test_a_firewall_lets_in_every_network_and_all_that_is_served() -> None:
    own = Own("eth0", ip_interface("fd00::2/64"), lasting=True, passing=False)
    again = Own("eth0", ip_interface("fd00::3/64"), lasting=True, passing=False)
    both = replace(GOOD, addresses=(HOME, own, again), firewalls=("ufw", "firewalld"))
    ufw, firewalld = found(both, "firewall")
    assert ufw.do == (
        "ufw allow from 192.168.1.0/24 to any port 53",
        "ufw allow from fd00::/64 to any port 53",
    )
    assert firewalld.do[0] == "firewall-cmd --permanent --add-service=dns"
    served = Encrypted(certificate=Path("a.pem"), key=Path("b.pem"))
    config = Config(dns=Dns(encrypted=served))
    ufw, firewalld = found(replace(both, config=config), "firewall")
    assert ufw.do[2:] == (
        "ufw allow from 192.168.1.0/24 to any port 443,853 proto tcp",
        "ufw allow from fd00::/64 to any port 443,853 proto tcp",
    )
    assert "firewall-cmd --permanent --add-port=853/tcp" in firewalld.do
    assert ufw.what.endswith("port 53 in, UDP and TCP; and 443 and 853, TCP")
