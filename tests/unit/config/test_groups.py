"""Clients with settings of their own."""

import json
from pathlib import Path

import pytest

from tests.support.configs import complaints, load

NIGHT = "schedule: [{from: 21:00, to: 07:00, timezone: UTC}]"


def test_a_group(tmp_path: Path) -> None:
    (group,) = load(
        tmp_path,
        f"""
groups:
  - name: kids
    clients: [192.0.2.10, 10.43.8.67/28, 02-00-5E-10-00-01]
    blocking: {{answer: nxdomain, vendors: {{xiaomi: off}}, purposes: {{push: on}}}}
    rules: {{allow: [=a.example], block: [example.org]}}
    upstreams: [udp://192.0.2.9]
    {NIGHT}
""",
    ).groups
    assert group.clients == ("192.0.2.10", "10.43.8.64/28", "02:00:5e:10:00:01")
    assert group.blocking.answer == "nxdomain"
    assert group.blocking.purposes == {"push": "on"}
    assert (group.rules.allow, group.rules.block) == (("=a.example",), ("example.org",))
    assert [upstream.url for upstream in group.upstreams] == ["udp://192.0.2.9"]
    assert len(group.schedule) == 1


def test_keys_with_nothing_after_them(tmp_path: Path) -> None:
    written = "groups:\n- name: kids\n  clients: [192.0.2.10]\n  blocking:\n  schedule:\n  rules:\n"
    (group,) = load(tmp_path, written).groups
    assert (group.schedule, group.upstreams, group.subscriptions) == ((), (), {})
    assert group.blocking.model_fields_set == set()


@pytest.mark.parametrize("name", ["Frank's laptop", "Kids (school)", "tv.1", "a"])
def test_names_as_people_give_them(tmp_path: Path, name: str) -> None:
    written = f"groups:\n- name: {json.dumps(name)}\n  clients: [192.0.2.10]\n"
    assert load(tmp_path, written).groups[0].name == name


@pytest.mark.parametrize(
    "key, value, said",
    [
        ("name", "default", ".name: default is the group of all clients that no other names; "),
        ("name", "192.0.2.1", ".name: 192.0.2.1 is an address; write a name, and the address "),
        ("name", "a/b", ".name: a/b cannot be a name here; "),
        ("clients", "[]", ".clients: is an empty list; write at least one client, or remove "),
        ("clients", "192.0.2.1", ".clients: 192.0.2.1 is not a list"),
        ("clients", "[tv]", ".clients[1]: tv is not an address, a network or a MAC address; "),
        ("blocking", "{vendors: {xiaomi: maybe}}", ".blocking.vendors.xiaomi: maybe is not known"),
        ("blocking", "{purposes: {ads: on}}", ".blocking.purposes.ads: ads is not a purpose; "),
        ("blocking", "{purposes: {push: true}}", ".blocking.purposes.push: true is not a switch; "),
        (
            "rules",
            "{block: ['http://a.b/']}",
            ".rules.block[1]: http://a.b/ is not a domain name; ",
        ),
        ("upstreams", "[192.0.2.9]", ".upstreams[1]: 192.0.2.9 does not say how to ask it; "),
        ("upstreams", "[udp://192.0.2.9, udp://192.0.2.9]", ".upstreams: the upstream udp://192."),
        ("shedule", "[]", ".shedule: unknown key; did you mean schedule?"),
    ],
)
def test_fault(tmp_path: Path, key: str, value: str, said: str) -> None:
    keys = {"name": "kids", "clients": "[192.0.2.10]", key: value}
    inside = ", ".join(f"{name}: {text}" for name, text in keys.items())
    (complaint,) = complaints(tmp_path, f"groups: [{{{inside}}}]")
    assert complaint.startswith(f"1: groups[{keys['name']}]{said}")


def test_two_groups_of_one_name(tmp_path: Path) -> None:
    written = "groups: [{name: kids, clients: [192.0.2.1]}, {name: kids, clients: [192.0.2.2]}]"
    (said,) = complaints(tmp_path, written)
    assert said == "1: groups: the group kids stands here twice; remove one"


def test_a_client_in_two_groups_in_whatever_notation(tmp_path: Path) -> None:
    said = complaints(
        tmp_path,
        """groups:
  - name: kids
    clients:
      - 192.0.2.10
      - 02:00:5e:10:00:01
      - 10.43.8.67/28
      - 192.0.2.10/32
  - name: tv
    clients:
      - 0200.5e10.0001
      - 10.43.8.64/28
      - 10.43.8.64/27
""",
    )
    assert said == [
        "7: groups[kids].clients[4]: 192.0.2.10/32 stands here twice (line 4); remove one",
        "10: groups[tv].clients[1]: 0200.5e10.0001 is in group kids already (line 5); "
        "remove one, or give one of the groups a schedule",
        "11: groups[tv].clients[2]: 10.43.8.64/28 is in group kids already (line 6); "
        "remove one, or give one of the groups a schedule",
    ]


def test_a_client_may_be_in_another_group_for_some_hours(tmp_path: Path) -> None:
    group = "{name: %s, clients: [192.0.2.10], %s}"
    written = f"groups: [{group % ('kids', 'rules: {}')}, {group % ('night', NIGHT)}]"
    assert len(load(tmp_path, written).groups) == 2


def test_a_subscription_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("example.org\n", encoding="utf-8")
    listed = "subscriptions: [{name: oisd, source: names.txt, match: exact}]\n"
    group = "groups: [{name: kids, clients: [192.0.2.10], subscriptions: {%s: off}}]\n"
    assert load(tmp_path, listed + group % "oisd").groups[0].subscriptions == {"oisd": "off"}
    (said,) = complaints(tmp_path, listed + group % "osid")
    assert said == (
        "2: groups[kids].subscriptions.osid: there is no subscription osid; did you mean oisd?"
    )
    (said,) = complaints(tmp_path, group % "oisd")
    assert said.endswith("add it under subscriptions: or remove it")


def test_a_fault_elsewhere_hides_none_between_groups(tmp_path: Path) -> None:
    said = complaints(
        tmp_path,
        """dns: {workers: 0}
groups:
  - {name: kids, clients: [192.0.2.10, tablet], subscriptions: {oisd: off}}
  - {name: tv, clients: [192.0.2.10]}
""",
    )
    assert [line.split(": ")[:2] for line in said] == [
        ["1", "dns.workers"],
        ["3", "groups[kids].clients[2]"],
        ["3", "groups[kids].subscriptions.oisd"],
        ["4", "groups[tv].clients[1]"],
    ]


@pytest.mark.parametrize("groups", ["5", "{a: b}", "[5]", "[{clients: 5}]", "[{clients: [[]]}]"])
def test_what_is_nothing_like_a_group(tmp_path: Path, groups: str) -> None:
    assert complaints(tmp_path, f"groups: {groups}")
