"""What was blocked for a device, the likely culprit first, each with its reason."""

from typing import Any

import pytest

from blocker.admin.rescue import (
    BlockedName,
    Suspect,
    finder,
    proposal,
    same_device,
    shares,
    suspects,
)
from blocker.core.policy import Rule, Verdict
from blocker.core.row import Kind, Row
from blocker.core.rows import Rows
from tests.support.rules import DictRuleset, entry, listed, rule

NOW = 1_700_000_600.0
OLD = 1_700_000_100


def row(name: str, kind: Kind, count: int = 1, second: int = OLD, qtype: int = 1) -> Row:
    return Row(second, "192.168.1.20", name, qtype, 0, kind, count)


def kind(rule: Rule, **fields: Any) -> Kind:
    """As a worker tells of it."""
    told = {"purpose": rule.purpose, "vendor": rule.vendor, **fields}
    breakage = rule.breakage if rule.vendor else ""
    if rule.layer == "subscription":  # all of its lines are one to a worker
        return Kind("blocked", "block", rule.layer, rule.list, **told)
    return Kind(
        "blocked", "block", rule.layer, rule.list, rule.text, rule.line, breakage=breakage, **told
    )


def judged(*rows: Row, rules: tuple[Rule, ...]) -> list[Suspect]:
    return suspects(rows, finder(DictRuleset(rules)), NOW)


PLAIN = entry("plain.example", line=1)
MINOR = entry("minor.example", line=2, breakage="minor", breaks="the weather widget")
MAJOR = entry("major.example", line=3, breakage="major", breaks="sign-in", evidence=("paper",))
SHARED = entry("shared.example", line=4, shared=True)
UPDATES = entry("updates.example", "updates", line=5)
RULES = (PLAIN, MINOR, MAJOR, SHARED, UPDATES)


def test_each_rule_has_its_names_and_counts() -> None:
    rows = [
        row("a.plain.example", kind(PLAIN), 3, OLD),
        row("a.plain.example", kind(PLAIN), 4, OLD + 5, 28),
        row("plain.example", kind(PLAIN), 1, OLD + 2),
    ]
    (found,) = judged(*rows, rules=RULES)
    assert (found.count, found.rule.text, found.rule.line) == (8, "plain.example", 1)
    assert found.names == [
        BlockedName("a.plain.example", ["A", "AAAA"], 7, OLD, OLD + 5, 0),
        BlockedName("plain.example", ["A"], 1, OLD + 2, OLD + 2, 0),
    ]
    assert found.allow == ["=a.plain.example", "=plain.example"]
    assert (found.likely, found.reason) == (False, "nothing is known to break without it")


def test_the_likely_culprit_comes_first_and_says_why() -> None:
    rows = [row(rule.text, kind(rule), 100 - rule.line) for rule in RULES]
    rows.append(row("busy.plain.example", kind(PLAIN), 9, int(NOW) - 30))
    found = judged(*rows, rules=RULES)
    assert [(each.rule.text, each.likely, each.reason) for each in found] == [
        ("major.example", True, "known to break: sign-in"),
        ("minor.example", True, "known to break: the weather widget"),
        ("shared.example", True,
         "shared with a function of the device; DNS cannot separate them"),
        ("updates.example", True, "updates is a function, not telemetry"),
        ("plain.example", True, "asked 9 times in the last minute"),
    ]  # fmt: skip
    assert found[0].evidence == ("paper",)


def test_what_is_likely_is_proposed_or_else_all() -> None:
    plain, minor = row("plain.example", kind(PLAIN)), row("minor.example", kind(MINOR))
    flood = row("", Kind("blocked", "block", "curated", PLAIN.list, vendor="xiaomi"))
    some = judged(plain, minor, flood, rules=RULES)
    assert [each.allow for each in proposal(some)] == [["=minor.example"]]
    assert [each.allow for each in proposal(judged(plain, flood, rules=RULES))] == [
        ["=plain.example"]
    ]
    assert proposal(judged(flood, rules=RULES)) == []


def test_a_device_that_makes_up_names_needs_what_they_lie_below() -> None:
    rows = [row(f"n{number}.plain.example", kind(PLAIN)) for number in range(4)]
    (found,) = judged(*rows, rules=RULES)
    assert found.allow == ["plain.example"]


def test_a_family_is_allowed_name_by_name() -> None:
    family = entry("*-sdk.vivo.example", line=9)
    rows = [row(f"n{number}-sdk.vivo.example", kind(family)) for number in range(5)]
    (found,) = judged(*rows, rules=(family,))
    assert found.allow == [f"=n{number}-sdk.vivo.example" for number in range(5)]
    assert found.rule.line == 9


def test_a_line_of_a_list_is_found_by_the_name() -> None:
    one, other = listed("one.example", line=7), listed("two.example", line=8)
    rows = [row("one.example", kind(one)), row("a.two.example", kind(other), 2)]
    found = judged(*rows, rules=(one, other))
    assert [(each.rule.text, each.rule.line, each.rule.list) for each in found] == [
        ("two.example", 8, "a list"),
        ("one.example", 7, "a list"),
    ]
    assert found[0].reason == "a list does not say what it is for"
    assert not found[0].likely


def test_a_list_that_has_changed_since_still_tells_the_names_apart() -> None:
    gone = listed("gone.example")
    found = judged(row("gone.example", kind(gone)), row("b.gone.example", kind(gone)), rules=())
    assert sorted(each.allow[0] for each in found) == ["=b.gone.example", "=gone.example"]


def test_the_rule_of_an_alias_is_found_by_its_own_text() -> None:
    (found,) = judged(row("cloaked.shop.example", kind(MAJOR)), rules=RULES)
    assert (found.breaks, found.allow) == ("sign-in", ["=cloaked.shop.example"])


def test_ones_own_rule_is_told_as_such() -> None:
    own = rule("own.example")
    (found,) = judged(row("own.example", kind(own)), rules=())
    assert (found.reason, found.rule.list, found.likely) == ("your own rule", "blocker.yaml", False)


@pytest.mark.parametrize("name", ["a\\.b.plain.example", "q\\000.plain.example", "."])
def test_a_name_no_rule_can_be_written_of_is_shown_and_not_proposed(name: str) -> None:
    (found,) = judged(row(name, kind(PLAIN)), rules=RULES)
    assert [each.name for each in found.names] == [name]
    assert found.allow == []


def test_shares_add_up() -> None:
    rows = [row(rule.text, kind(rule), rule.line) for rule in RULES]
    rows += [row("a.plain.example", kind(PLAIN), 10)]
    found = judged(*rows, rules=RULES)
    assert [(each.name, each.count, each.names) for each in shares(found, lambda s: s.purpose)] == [
        ("analytics", 20, 5),
        ("updates", 5, 1),
    ]
    assert sum(each.count for each in shares(found, lambda s: s.breakage)) == 25


def test_a_device_is_known_by_its_mac_address_unless_that_is_a_repeaters() -> None:
    phone, other, repeater = "02:00:00:00:00:01", "02:00:00:00:00:02", "02:00:00:00:00:03"
    macs = {
        "192.168.1.20": phone, "2001:db8::20": phone, "fe80::20": phone, "192.168.1.21": other,
        "192.168.1.30": repeater, "192.168.1.31": repeater, "fe80::30": repeater,
    }  # fmt: skip
    assert same_device("192.168.1.20", macs) == {"2001:db8::20", "fe80::20"}
    assert same_device("fe80::20", macs) == {"192.168.1.20", "2001:db8::20"}
    assert same_device("192.168.1.21", macs) == set()
    assert same_device("192.168.1.30", macs) == same_device("192.168.1.99", macs) == set()


def test_kinds_are_told_as_the_journal_does() -> None:
    """The rows above are like those that workers make."""
    sort = Rows().sort("blocked", Verdict("block", MAJOR))
    assert sort.full == kind(MAJOR)
