"""A configuration as groups, rules and switches."""

from pathlib import Path

from blocker.config import Config, groups_of, overlay, rules_of, switches, upstreams_of
from blocker.core.policy import Switch
from blocker.link import Slot, VendorSwitch
from tests.support.configs import load


def test_rules_know_their_file_and_line(tmp_path: Path) -> None:
    config = load(
        tmp_path, "rules:\n  block:\n    - example.net\n    - a.example\n  allow: [=b.c]\n"
    )
    file = str(tmp_path / "blocker.yaml")
    assert [(rule.action, rule.text, rule.list, rule.line) for rule in overlay(config)] == [
        ("allow", "=b.c", file, 5),
        ("block", "example.net", file, 3),
        ("block", "a.example", file, 4),
    ]


def test_switches(tmp_path: Path) -> None:
    written = "blocking: {vendors: {oppo: off, vivo: {purposes: [push], max_breakage: none}}}"
    assert switches(load(tmp_path, written)) == {
        "oppo": Switch("off"),
        "vivo": Switch("on", frozenset({"push"}), "none"),
    }


def test_the_defaults_have_neither() -> None:
    assert (overlay(Config()), switches(Config()), rules_of(Config())) == ([], {}, [])


GROUPS = """
blocking:
  answer: nxdomain
  ttl: 5m
  vendors: {oppo: shadow, vivo: {purposes: [push]}}
  purposes: {advertising: shadow, push: on}
rules:
  block: [all.example]
groups:
  - name: kids
    clients: [192.0.2.10, 198.51.100.0/24]
    blocking:
      answer: {ipv4: 192.0.2.80, ipv6: "::"}
      vendors: {vivo: off, xiaomi: {max_breakage: major}}
      purposes: {advertising: on}
    rules:
      block:
        - kids.example
      allow: [=ok.example]
    upstreams: [udp://192.0.2.9]
    schedule: [{days: [sun, mon], from: 21:00, to: 07:00, timezone: Europe/Prague}]
  - name: lab
    clients: [02:00:5e:10:00:01]
    rules: {allow: [all.example]}
"""


def test_default_comes_first_and_has_nobody(tmp_path: Path) -> None:
    default = groups_of(Config())[0]
    assert (default["name"], default["clients"], default["schedule"]) == ("default", [], [])
    assert default["blocking"] == {
        "answer": "null-ip",
        "ttl": 30,
        "max_breakage": "minor",
        "vendors": {},
        "purposes": {},
        "lists": {},
    }
    names = [group["name"] for group in groups_of(load(tmp_path, GROUPS))]
    assert names == ["default", "kids", "lab"]


def test_what_a_group_does_not_say_is_as_for_all(tmp_path: Path) -> None:
    default, kids, lab = groups_of(load(tmp_path, GROUPS))
    assert lab["blocking"] == default["blocking"]
    assert (lab["clients"], lab["upstreams"], lab["schedule"]) == (["02:00:5e:10:00:01"], [], [])
    assert kids["blocking"]["answer"] == {"ipv4": "192.0.2.80", "ipv6": "::"}
    assert (kids["blocking"]["ttl"], kids["blocking"]["max_breakage"]) == (300, "minor")
    assert kids["upstreams"] == [{"url": "udp://192.0.2.9"}]
    assert kids["schedule"] == [Slot(days=[0, 6], from_=1260, to=420, zone="Europe/Prague")]


def test_vendors_and_purposes_are_merged_one_by_one(tmp_path: Path) -> None:
    kids = groups_of(load(tmp_path, GROUPS))[1]["blocking"]
    assert kids["vendors"] == {
        "oppo": VendorSwitch(state="shadow", purposes=None, max_breakage=None),
        "vivo": VendorSwitch(state="off", purposes=None, max_breakage=None),
        "xiaomi": VendorSwitch(state="on", purposes=None, max_breakage="major"),
    }
    assert kids["purposes"] == {"advertising": "on", "push": "on"}


def test_a_default_that_a_group_writes_out_is_its_own(tmp_path: Path) -> None:
    group = "{name: kids, clients: [192.0.2.1], blocking: {answer: null-ip, ttl: 30s}}"
    written = f"blocking: {{answer: refused, ttl: 1m}}\ngroups: [{group}]\n"
    kids = groups_of(load(tmp_path, written))[1]["blocking"]
    assert (kids["answer"], kids["ttl"]) == ("null-ip", 30)


def test_subscriptions_of_a_group(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("example.org\n", encoding="utf-8")
    listed = ", ".join(
        f"{{name: {name}, source: names.txt, match: exact}}" for name in ("a", "b", "c")
    )
    switched = "{name: kids, clients: [192.0.2.1], subscriptions: {a: off, b: shadow, c: on}}"
    default, kids = groups_of(load(tmp_path, f"subscriptions: [{listed}]\ngroups: [{switched}]"))
    assert default["blocking"]["lists"] == {}
    assert kids["blocking"]["lists"] == {"a": "off", "b": "shadow"}


def test_rules_of_groups_know_whose_they_are_and_their_line(tmp_path: Path) -> None:
    config = load(tmp_path, GROUPS)
    file = str(tmp_path / "blocker.yaml")
    assert rules_of(config) == [
        {"action": "block", "text": "all.example", "list": file, "line": 8},
        {"action": "allow", "text": "=ok.example", "list": file, "line": 19, "group": "kids"},
        {"action": "block", "text": "kids.example", "list": file, "line": 18, "group": "kids"},
        {"action": "allow", "text": "all.example", "list": file, "line": 24, "group": "lab"},
    ]
    assert [rule.text for rule in overlay(config)] == ["all.example"]


def test_upstreams(tmp_path: Path) -> None:
    config = load(tmp_path, "upstreams: [udp://192.0.2.9, {url: 'tcp://[2001:db8::1]:5353'}]")
    assert upstreams_of(config.upstreams, config.upstreams) == [
        {"url": "udp://192.0.2.9"},
        {"url": "tcp://[2001:db8::1]:5353"},
    ]


def test_where_a_server_is_that_has_a_name_those_know_that_have_addresses(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        "upstreams:\n"
        "  - https://dns.example/dns-query\n"
        "  - {url: https://placed.example/dns-query, addresses: [192.0.2.7]}\n"
        "  - https://192.0.2.8/dns-query\n"
        "  - tls://192.0.2.9#dns.example\n"
        "  - {url: udp://192.0.2.1, zones: [lan]}\n",
    )
    named, *rest = upstreams_of(config.upstreams, config.upstreams)
    assert named == {
        "url": "https://dns.example/dns-query",
        "bootstrap": ["tls://192.0.2.9#dns.example"],
    }
    assert not any("bootstrap" in each for each in rest)
    assert rest[0]["addresses"] == ["192.0.2.7"]
    alone = config.upstreams[:1]
    (known,) = upstreams_of(alone, alone)
    assert known["bootstrap"] == ["tls://9.9.9.9#dns.quad9.net", "tls://193.17.47.1#odvr.nic.cz"]


def test_a_subscription_that_is_off_for_all_may_be_on_for_a_group(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("example.org\n", encoding="utf-8")
    listed = "{name: a, source: names.txt, match: exact, state: off}"
    group = "{name: kids, clients: [192.0.2.1], subscriptions: {a: on}}"
    default, kids = groups_of(load(tmp_path, f"subscriptions: [{listed}]\ngroups: [{group}]"))
    assert (default["blocking"]["lists"], kids["blocking"]["lists"]) == ({"a": "off"}, {})
