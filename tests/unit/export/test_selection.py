"""What is exported is what the policy says of every name that a rule is about."""

from pathlib import Path

import pytest

from blocker.core.names import from_text, to_text
from blocker.core.policy import Switch
from blocker.errors import StartError
from blocker.export.selection import Filters, Selection, select
from blocker.inputs import read_inputs
from tests.support.exported import selection
from tests.support.lists import XIAOMI, entry, write_lists
from tests.support.rules import entry as curated
from tests.support.rules import keep, rule


def blocked(chosen: Selection) -> list[str]:
    return [to_text(name) for name in chosen.names if chosen.blocks(name)]


def configured(folder: Path, config: str = "") -> Path:
    minor = entry("ads.miui.com", "advertising", breakage="minor", breaks="x")
    major = entry("push.miui.com", "push", breakage="major", breaks="x")
    write_lists(folder / "lists", xiaomi=XIAOMI + minor + major)
    file = folder / "blocker.yaml"
    file.write_text(f"lists: lists\n{config}", encoding="utf-8")
    return file


def test_shared_functional_kept_and_switched_off_names_pass() -> None:
    rules = [
        curated("a.example.com"),
        curated("account.example.com", "account", breakage="major"),
        curated("shared.example.com", shared=True, breakage="minor"),
        curated("kept.example.com"),
        keep("kept.example.com"),
        curated("b.example.com", vendor="oppo"),
    ]
    assert blocked(selection(*rules, vendors={"oppo": Switch("off")})) == ["a.example.com"]
    assert blocked(selection(*rules, vendors={"oppo": Switch("shadow")})) == ["a.example.com"]


def test_filters_narrow_down() -> None:
    rules = [
        curated("a.example.com"),
        curated("b.example.com", "advertising"),
        curated("c.example.com", vendor="oppo"),
        rule("mine.example.com"),
    ]
    everything = ["a.example.com", "b.example.com", "c.example.com", "mine.example.com"]
    assert blocked(selection(*rules)) == everything
    assert blocked(selection(*rules, filters=Filters(["oppo"]))) == ["c.example.com"]
    assert blocked(selection(*rules, filters=Filters((), ["advertising"]))) == ["b.example.com"]
    both = Filters(["xiaomi", "oppo"], ["analytics"])
    assert blocked(selection(*rules, filters=both)) == ["a.example.com", "c.example.com"]


def test_the_limit_of_an_export_stands_for_the_configurations(tmp_path: Path) -> None:
    inputs = read_inputs(
        configured(tmp_path, "blocking: {vendors: {xiaomi: {max_breakage: none}}}")
    )
    assert blocked(select(inputs, Filters())) == ["tracking.miui.com"]
    minor = ["ads.miui.com", "tracking.miui.com"]
    assert blocked(select(inputs, Filters(max_breakage="minor"))) == minor
    major = ["ads.miui.com", "push.miui.com", "tracking.miui.com"]
    assert blocked(select(inputs, Filters(max_breakage="major"))) == major


def test_rules_of_the_user_are_honoured_and_counted(tmp_path: Path) -> None:
    rules = "rules: {allow: [tracking.miui.com], block: [example.org]}"
    chosen = select(read_inputs(configured(tmp_path, rules)), Filters())
    assert blocked(chosen) == ["ads.miui.com", "example.org"]
    assert chosen.own_rules == 2


def test_subscriptions_stay_out(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("listed.example.org\n", encoding="utf-8")
    more = "subscriptions: [{name: mine, source: names.txt, match: subtree}]"
    chosen = select(read_inputs(configured(tmp_path, more)), Filters())
    assert "listed.example.org" not in blocked(chosen)


def test_filters_that_name_nothing(tmp_path: Path) -> None:
    inputs = read_inputs(configured(tmp_path))
    with pytest.raises(StartError, match="no vendor is called xiaomy; did you mean xiaomi"):
        select(inputs, Filters(["xiaomy"]))
    with pytest.raises(StartError, match="no purpose is called ads; "):
        select(inputs, Filters((), ["ads"]))


def test_names_and_families_are_in_the_order_of_the_lists() -> None:
    rules = ["b.example.com", "a.example.net", "z.b.example.com", "a*.b.example.com", "example.com"]
    chosen = selection(*map(curated, rules))
    names = ["example.com", "b.example.com", "z.b.example.com", "a.example.net"]
    assert [to_text(name) for name in chosen.names] == names
    assert chosen.families == {"a*.b.example.com": from_text("b.example.com")}


def test_what_a_family_has_below_a_name_is_a_name() -> None:
    chosen = selection(curated("a.*.example.com"), curated("long-name.example.com"))
    assert blocked(chosen) == ["long-name.example.com", "a.long-name.example.com"]


def test_names_below_and_families_are_asked_of_the_policy_too() -> None:
    chosen = selection(
        curated("=a.example.com"), curated("b.example.com"), curated("c*.example.com")
    )
    assert chosen.blocks(from_text("a.example.com"))
    assert not chosen.blocks_below(from_text("a.example.com"))
    assert chosen.blocks_below(from_text("b.example.com"))
    assert chosen.blocks_family("c*.example.com")


def test_names_that_no_host_has_are_told() -> None:
    chosen = selection(rule(r"a\;b.example.com"), rule("fine.example.com"))
    assert blocked(chosen) == ["fine.example.com"]
    assert chosen.unwritable == [r"a\;b.example.com"]


def test_candidates_come_as_the_policy_ranks_them_in_reverse() -> None:
    rules = [rule("a.example.com"), keep("example.com"), curated("c.b.example.com")]
    rules += [curated("b*.example.com"), curated("example.com")]
    texts = [(one.text, one.match) for one in selection(*rules).candidates]
    assert texts == [
        ("b*.example.com", "pattern"),
        ("c.b.example.com", "subtree"),
        ("example.com", "subtree"),
        ("a.example.com", "subtree"),
    ]
