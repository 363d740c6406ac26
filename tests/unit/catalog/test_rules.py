"""From what is written to what a policy asks."""

from blocker.catalog.entry import Group
from blocker.catalog.rules import relation, zone_rule
from blocker.core.names import from_text


def test_a_zone_tells_whose_it_is_and_blocks_nothing() -> None:
    rule = zone_rule("mi.com", "xiaomi", "lists/vendors/xiaomi.yaml", 7)
    assert (rule.name, rule.match, rule.layer) == (from_text("mi.com"), "subtree", "zone")
    assert (rule.action, rule.vendor, rule.purpose, rule.line) == ("allow", "xiaomi", "", 7)


def test_a_group_becomes_a_relation() -> None:
    group = Group(names=["a.mi.com", "=b.mi.com"], reason="R", evidence=["paper"])
    made = relation("keep_one_of", group, "xiaomi", "lists/vendors/xiaomi.yaml", 9)
    assert (made.kind, made.members) == ("keep_one_of", ("a.mi.com", "=b.mi.com"))
    assert (made.reason, made.evidence, made.line) == ("R", ("paper",), 9)
