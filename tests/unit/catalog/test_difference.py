"""What a change to the lists does to names, told by name."""

from pathlib import Path

from blocker.catalog.difference import Change, difference
from blocker.catalog.load import load_catalogue
from tests.support.lists import KEEP, XIAOMI, entry, write_lists


def changes(folder: Path, old: str, new: str, *, keep: str = KEEP) -> list[Change]:
    before = load_catalogue(write_lists(folder / "old", xiaomi=old))
    return difference(before, load_catalogue(write_lists(folder / "new", xiaomi=new, keep=keep)))


def told(folder: Path, old: str, new: str, **how: str) -> list[tuple[str, str]]:
    return [(each.kind, each.in_words()) for each in changes(folder, old, new, **how)]


def test_equal_lists_differ_in_nothing(tmp_path: Path) -> None:
    assert changes(tmp_path, XIAOMI, XIAOMI.replace("\n  - name", "\n\n  - name")) == []


def test_a_name_comes_and_goes(tmp_path: Path) -> None:
    more = XIAOMI + entry("*-log.mi.com")
    assert told(tmp_path / "a", XIAOMI, more) == [("blocked", "*-log.mi.com: analytics (measured)")]
    assert told(tmp_path / "b", more, XIAOMI) == [("unblocked", "*-log.mi.com: removed")]


def test_an_entry_below_one_that_blocks_changes_nothing_for_its_name(tmp_path: Path) -> None:
    above = XIAOMI + entry("b.mi.com")
    below = entry("a.b.mi.com", "advertising")
    said = told(tmp_path, above, above + below)
    assert said == [("added", "a.b.mi.com: advertising (measured); blocked as before")]


def test_a_function_is_new_and_not_blocked(tmp_path: Path) -> None:
    more = entry("id.mi.com", "account", breakage="major", breaks="sign-in")
    ((kind, words),) = told(tmp_path, XIAOMI, XIAOMI + more)
    assert kind == "added"
    assert words == "id.mi.com: account (measured); major breakage: sign-in; not blocked"


def test_more_breakage_unblocks(tmp_path: Path) -> None:
    new = XIAOMI.replace("analytics\n", "analytics\n    breakage: major\n    breaks: alerts\n")
    assert told(tmp_path, XIAOMI, new) == [
        ("unblocked", "tracking.miui.com: breakage none -> major; breaks: alerts")
    ]


def test_what_is_said_otherwise(tmp_path: Path) -> None:
    new = XIAOMI.replace("analytics", "diagnostics").replace("measured", "documented")
    said = told(tmp_path, XIAOMI, new)
    assert said == [
        (
            "changed",
            "tracking.miui.com: purpose analytics -> diagnostics; "
            "confidence measured -> documented",
        )
    ]


def test_kept_names_and_zones(tmp_path: Path) -> None:
    new = XIAOMI.replace("[xiaomi.com]", "[mi.com]")
    keep = KEEP.replace("update.miui.com", "time.miui.com")
    assert told(tmp_path, XIAOMI, new, keep=keep) == [
        ("kept", "time.miui.com: updates: System updates."),
        ("unkept", "update.miui.com: updates: System updates."),
        ("zone", "mi.com: added"),
        ("zone", "xiaomi.com: removed"),
    ]


def test_a_kept_name_unblocks_an_entry(tmp_path: Path) -> None:
    old = XIAOMI + entry("a.b.mi.com")
    new = XIAOMI + entry("b.mi.com", "cdn", breakage="major", breaks="all")
    kinds = [(each.kind, each.name) for each in changes(tmp_path, old, new)]
    assert kinds == [("unblocked", "a.b.mi.com"), ("added", "b.mi.com")]
