"""Counts by vendor, and what a policy blocks of it."""

from pathlib import Path

from blocker.catalog.compile import compile_ruleset
from blocker.catalog.load import Catalogue, load_catalogue
from blocker.catalog.overview import by_vendor, outcome_of
from blocker.core.policy import Policy, Switch
from blocker.ruleset import open_ruleset
from tests.support.lists import XIAOMI, entry, write_lists
from tests.support.rules import entry as rule
from tests.support.rules import keep, policy


def catalogue(folder: Path) -> Catalogue:
    more = entry("push.mi.com", "push", breakage="major", breaks="alerts") + entry("*-log.mi.com")
    return load_catalogue(write_lists(folder / "lists", xiaomi=XIAOMI + more))


def test_what_there_is_and_what_is_blocked_of_it(tmp_path: Path) -> None:
    made = catalogue(tmp_path)
    ruleset = open_ruleset(compile_ruleset(made, [], tmp_path))
    told = by_vendor(made, Policy(ruleset))["xiaomi"]
    assert (told.entries, told.telemetry, told.blocked, told.shadow) == (4, 3, 2, 0)
    assert told.purposes == {"analytics": 2, "account": 1, "push": 1}
    assert told.breakage == {"none": 2, "major": 2}
    assert (told.kept, told.zones) == (0, 1)
    shadowed = by_vendor(made, Policy(ruleset, vendors={"xiaomi": Switch("shadow")}))["xiaomi"]
    assert (shadowed.blocked, shadowed.shadow) == (0, 2)


def test_an_entry_that_is_kept_is_not_blocked() -> None:
    assert outcome_of(rule("a.mi.com"), policy(rule("a.mi.com"), keep("a.mi.com"))) == "allow"
    assert outcome_of(rule("a*.mi.com"), policy(rule("a*.mi.com"))) == "block"
