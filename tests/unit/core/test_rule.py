"""The closed sets of words, and whose a verdict is."""

from blocker.core.rule import BREAKAGE, PURPOSES, TELEMETRY, Verdict
from tests.support.rules import entry, listed, zone


def test_the_first_ten_purposes_are_telemetry() -> None:
    assert set(PURPOSES[:10]) == TELEMETRY
    assert len(set(PURPOSES)) == 17
    assert BREAKAGE == ("none", "minor", "major")


def test_a_rules_vendor_goes_before_the_zones() -> None:
    assert Verdict("block", entry("a.example"), owner="oppo").vendor == "xiaomi"
    assert Verdict("block", listed("a.example"), owner="oppo").vendor == "oppo"
    assert Verdict("pass", zone("example")).vendor == "xiaomi"
