"""Entries against each other, against keep.yaml and the sources."""

from pathlib import Path

import pytest

from blocker.catalog.load import load_catalogue
from blocker.errors import Problems
from tests.support.lists import KEEP, XIAOMI, entry, write_lists


def complaints(folder: Path, *, more: str = "", keep: str = KEEP) -> list[str]:
    try:
        load_catalogue(write_lists(folder, xiaomi=XIAOMI + more, keep=keep))
    except Problems as error:
        return [str(problem).removeprefix(f"{folder}/") for problem in error.problems]
    return []


def kept(name: str) -> str:
    return f'{KEEP}  - {{name: "{name}", purpose: time, reason: R, evidence: [paper]}}\n'


def test_lists_that_agree(tmp_path: Path) -> None:
    assert complaints(tmp_path) == []


@pytest.mark.parametrize("name", ["update.miui.com", "miui.com", "u*te.miui.com"])
def test_an_entry_may_not_cover_a_kept_name(tmp_path: Path, name: str) -> None:
    assert complaints(tmp_path, more=entry(name)) == [
        f"vendors/xiaomi.yaml:20: entries[{name}].name: covers update.miui.com, which "
        "lists/keep.yaml:2 keeps; add `except: [update.miui.com]`, or list narrower names"
    ]


@pytest.mark.parametrize("name", ["=miui.com", "pdate.miui.com", "miui.com.example.org"])
def test_what_does_not_cover_it(tmp_path: Path, name: str) -> None:
    assert complaints(tmp_path, more=entry(name)) == []


def test_a_function_may_cover_a_kept_name(tmp_path: Path) -> None:
    more = entry("miui.com", "cdn", breakage="major", breaks="all")
    assert complaints(tmp_path, more=more) == []


def test_except_says_that_the_author_knows(tmp_path: Path) -> None:
    assert complaints(tmp_path, more=entry("miui.com", except_="[update.miui.com]")) == []


def test_an_exception_covers_what_is_below_it(tmp_path: Path) -> None:
    more = entry("miui.com", except_="[update.miui.com]")
    assert complaints(tmp_path, more=more, keep=kept("x.update.miui.com")) == []


@pytest.mark.parametrize(
    "name, complaint",
    [
        ("a.example.org", "a.example.org is not covered by it anyway; remove it"),
        ("a.miui.com", "nothing keeps a.miui.com; add it to keep.yaml"),
    ],
)
def test_an_exception_without_need(tmp_path: Path, name: str, complaint: str) -> None:
    more = entry("miui.com", except_=f"[update.miui.com, {name}]")
    assert complaints(tmp_path, more=more) == [
        f"vendors/xiaomi.yaml:25: entries[miui.com].except: {complaint}"
    ]


def test_a_function_below_an_entry_is_an_exception_too(tmp_path: Path) -> None:
    assert complaints(tmp_path, more=entry("xiaomi.com", except_="[account.xiaomi.com]")) == []


def test_an_entry_below_a_kept_name_is_never_in_force(tmp_path: Path) -> None:
    assert complaints(tmp_path, more=entry("log.update.miui.com")) == [
        "vendors/xiaomi.yaml:20: entries[log.update.miui.com].name: is never blocked: "
        "lists/keep.yaml:2 keeps update.miui.com; remove it, or keep narrower names"
    ]


def test_a_name_kept_alone_leaves_those_below_it(tmp_path: Path) -> None:
    assert complaints(tmp_path, more=entry("a.time.mi.com"), keep=kept("=time.mi.com")) == []


def test_a_name_twice(tmp_path: Path) -> None:
    assert complaints(tmp_path, more=entry("tracking.miui.com")) == [
        "vendors/xiaomi.yaml:20: entries[tracking.miui.com].name: "
        "stands at lists/vendors/xiaomi.yaml:8 already; remove one"
    ]


def test_a_name_with_two_vendors(tmp_path: Path) -> None:
    folder = write_lists(tmp_path)
    text = XIAOMI.replace("vendor: xiaomi", "vendor: poco")
    (folder / "vendors" / "poco.yaml").write_text(text)
    with pytest.raises(Problems, match=r"stands at lists/vendors/poco\.yaml:8 already"):
        load_catalogue(folder)


@pytest.mark.parametrize(
    "key, instead", [("papers", "did you mean paper?"), ("xyz", "add it to sources.yaml")]
)
def test_evidence_that_does_not_exist(tmp_path: Path, key: str, instead: str) -> None:
    more = entry("a.xiaomi.com").replace("[paper]", f"[paper, {key}]")
    assert complaints(tmp_path, more=more) == [
        f"vendors/xiaomi.yaml:23: entries[a.xiaomi.com].evidence: no source {key}; {instead}"
    ]


def related(kind: str, *names: str, evidence: str = "paper") -> str:
    group = f"{{names: [{', '.join(names)}], reason: R, evidence: [{evidence}]}}"
    return XIAOMI.replace("entries:", f"{kind}: [{group}]\nentries:")


@pytest.mark.parametrize("kind", ["keep_one_of", "block_together"])
def test_a_relation_is_of_entries_and_kept_names(tmp_path: Path, kind: str) -> None:
    right = related(kind, "tracking.miui.com", "update.miui.com")
    (relation,) = load_catalogue(write_lists(tmp_path / "a", xiaomi=right)).relations
    assert (relation.kind, relation.vendor, relation.line) == (kind, "xiaomi", 7)
    assert relation.members == ("tracking.miui.com", "update.miui.com")
    wrong = related(kind, "tracking.miui.com", "other.miui.com", evidence="nobody")
    with pytest.raises(Problems) as raised:
        load_catalogue(write_lists(tmp_path / "b", xiaomi=wrong))
    evidence, member = map(str, raised.value.problems)
    assert "evidence: no source nobody" in evidence
    assert "other.miui.com is no entry of this file, and keep.yaml does not have it" in member


def test_a_zone_of_two_vendors(tmp_path: Path) -> None:
    folder = write_lists(tmp_path)
    text = XIAOMI.replace("vendor: xiaomi", "vendor: poco").replace("tracking.", "t.")
    (folder / "vendors" / "poco.yaml").write_text(text.replace("account.", "a."))
    with pytest.raises(Problems) as raised:
        load_catalogue(folder)
    (problem,) = raised.value.problems
    assert problem.where.startswith("zones")
    assert "stands at lists/vendors/poco.yaml:6 already" in problem.what
