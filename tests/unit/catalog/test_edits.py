"""What each edit of one's own does to what is shipped."""

from pathlib import Path

from blocker.catalog.edits import Edit
from blocker.catalog.load import load_catalogue
from tests.support.lists import XIAOMI, entry, write_lists, write_own

OWN = (
    "vendor: xiaomi\ntitle: Mi\nproducts: {MIUI: Phones, TV: Sets}\nzones: [mi.com]\nentries:\n"
    + entry("tracking.miui.com", "advertising")
    + entry("own.mi.com")
    + "remove: [{name: account.xiaomi.com, reason: I use none}]\n"
)


def edits(folder: Path, **own: str) -> list[Edit]:
    lists = write_lists(folder / "lists")
    files = {f"{name.replace('_', '/')}.yaml": text for name, text in own.items()}
    return list(load_catalogue(lists, write_own(folder / "lists.d", files)).edits)


def test_what_each_does_and_to_what(tmp_path: Path) -> None:
    assert [
        (each.does, each.of, each.name, each.own.line, str(each.shipped or ""))
        for each in edits(tmp_path, vendors_xiaomi=OWN)
    ] == [
        ("replaces", "head", "title", 2, "lists/vendors/xiaomi.yaml:2"),
        ("replaces", "product", "MIUI", 3, "lists/vendors/xiaomi.yaml:5"),
        ("adds", "product", "TV", 3, ""),
        ("adds", "zone", "mi.com", 4, ""),
        ("replaces", "entry", "tracking.miui.com", 6, "lists/vendors/xiaomi.yaml:8"),
        ("adds", "entry", "own.mi.com", 11, ""),
        ("removes", "entry", "account.xiaomi.com", 16, "lists/vendors/xiaomi.yaml:13"),
    ]


def test_a_removal_has_its_reason_and_speaks_for_its_vendor_alone(tmp_path: Path) -> None:
    own = "vendor: acme\ntitle: A\nremove: [{name: tracking.miui.com, reason: R}]\n"
    (edit,) = edits(tmp_path, vendors_acme=own)
    assert (edit.does, edit.reason, edit.shipped) == ("removes", "R", None)
    rules = load_catalogue(tmp_path / "lists", tmp_path / "lists.d").rules
    assert any(rule.text == "tracking.miui.com" for rule in rules)


def test_sources_and_kept_names(tmp_path: Path) -> None:
    source = '{title: Q, authors: A, year: 2021, url: "https://example.org/p", licence: CC0}'
    kept = "{name: update.miui.com, purpose: updates, reason: Mine., evidence: [paper]}"
    said = edits(tmp_path, sources=f"sources: {{paper: {source}}}", keep=f"keep: [{kept}]")
    assert [(each.does, each.of, each.name) for each in said] == [
        ("replaces", "kept name", "update.miui.com"),
        ("replaces", "source", "paper"),
    ]


def test_the_head_of_a_new_vendor_is_no_edit_of_its_own(tmp_path: Path) -> None:
    new = XIAOMI.replace("vendor: xiaomi", "vendor: acme").replace("miui.com", "acme.example")
    said = edits(tmp_path, vendors_acme=new.replace("xiaomi.com", "acme.example"))
    assert [(each.does, each.of) for each in said] == [
        ("adds", "zone"),
        ("adds", "entry"),
        ("adds", "entry"),
    ]


def test_the_same_words_have_the_same_mark_wherever_they_stand(tmp_path: Path) -> None:
    own = "# mine\n\nvendor: xiaomi\nentries:\n" + entry("tracking.miui.com")
    (edit,) = edits(tmp_path, vendors_xiaomi=own)
    assert edit.shipped is not None
    assert edit.own.mark == edit.shipped.mark
    other = edits(tmp_path / "other", vendors_xiaomi=own.replace("measured", "reported"))[0]
    assert other.own.mark != edit.own.mark
