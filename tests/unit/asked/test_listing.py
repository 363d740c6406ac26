"""What is in force, and where it was said."""

from pathlib import Path

from blocker.admin.prepare import make_plan
from blocker.asked.listing import names_by, rules_in_force, switches_in_force
from blocker.store import Key
from blocker.store.settings import moment
from tests.support.asked import NOW, present
from tests.support.backend import plain
from tests.support.lists import write_lists


def test_rules_of_both_origins() -> None:
    until = {"action": "block", "until": NOW + 60, "note": "why"}
    now = present(
        (Key("rule", "ads.example"), {"action": "allow"}),
        (Key("temporary", "b.ads.example", client="::1"), until),
    )
    shown = rules_in_force(now)
    assert [(rule.name, rule.action, rule.origin) for rule in shown] == [
        ("ads.example", "allow", "changed"),
        ("b.ads.example", "block", "changed"),
        ("fine.example", "allow", "config"),
        ("k.example", "block", "config"),
    ]
    first, second, third, fourth = shown
    assert (first.place, first.change, first.until) == (f"me, {moment(NOW - 60)}", 1, None)
    assert (second.client, second.until, second.note) == ("::1", NOW + 60, "why")
    assert (third.place, third.change, third.group) == ("blocker.yaml:4", None, None)
    assert (fourth.group, fourth.in_words()) == ("kids", "block k.example for the group kids")
    assert len({rule.id for rule in shown}) == 4


def test_an_id_stays() -> None:
    ids = {rule.name: rule.id for rule in rules_in_force(present())}
    more = present((Key("rule", "a"), {"action": "block"}))
    assert ids.items() <= {rule.name: rule.id for rule in rules_in_force(more)}.items()


def test_switches_by_group_with_their_origin() -> None:
    now = present(
        (Key("vendor", "xiaomi"), {"state": "shadow"}),
        (Key("vendor", "oppo", "kids"), {"state": "on"}),
    )
    shown = [
        (each.name, each.group, each.state, each.origin, each.names, each.change)
        for each in switches_in_force(now, "vendor", {"oppo": 2, "xiaomi": 5})
    ]
    assert shown == [
        ("oppo", "default", "off", "default", 2, None),  # a pack: off unless switched on
        ("oppo", "kids", "on", "changed", 2, 2),
        ("xiaomi", "default", "shadow", "changed", 5, 1),
        ("xiaomi", "kids", "shadow", "changed", 5, 1),
    ]
    purposes = switches_in_force(present(), "purpose", {"analytics": 1, "store": 1})
    assert [each.state for each in purposes] == ["on", "on", "off", "off"]


def test_names_are_counted_in_the_ruleset(tmp_path: Path) -> None:
    write_lists(tmp_path / "lists")
    config = tmp_path / "blocker.yaml"
    config.write_text(plain(tmp_path))
    now = present(ruleset=make_plan(config).generation.ruleset)
    assert names_by("vendor", now) == {"oppo": 0, "xiaomi": 2}
    purposes = names_by("purpose", now)
    assert (purposes["analytics"], purposes["account"], purposes["push"]) == (1, 1, 0)
