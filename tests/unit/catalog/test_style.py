"""What `check` remarks on and nothing stops for, each remark by the fault that draws it."""

from pathlib import Path

from blocker.catalog.load import load_catalogue
from tests.support.lists import KEEP, SOURCES, XIAOMI, entry, write_lists


def remarks(folder: Path, *, xiaomi: str = XIAOMI, keep: str = KEEP, more: str = "") -> list[str]:
    lists = write_lists(folder / "lists", xiaomi=xiaomi, keep=keep, sources=SOURCES + more)
    return [str(each).partition("lists/")[2] for each in load_catalogue(lists).remarks]


def test_tidy_lists_draw_none(tmp_path: Path) -> None:
    more = entry("b.xiaomi.com") + entry("=a.d.xiaomi.com") + entry("a.xiaomi.net")
    assert remarks(tmp_path, xiaomi=XIAOMI + more) == []


def test_entries_out_of_order(tmp_path: Path) -> None:
    (said,) = remarks(tmp_path, xiaomi=XIAOMI + entry("a.xiaomi.net") + entry("b.xiaomi.com"))
    assert "out of order: sort by labels from the right; move it above a.xiaomi.net" in said


def test_kept_names_out_of_order(tmp_path: Path) -> None:
    keep = f"{KEEP}  - {{name: time.mi.com, purpose: time, reason: R, evidence: [paper]}}\n"
    assert remarks(tmp_path, keep=keep) == [
        "keep.yaml:3: keep[time.mi.com].name: out of order: sort by labels from the right; "
        "move it above update.miui.com, or further up"
    ]


def test_an_entry_that_adds_nothing_to_one_above_it(tmp_path: Path) -> None:
    (said,) = remarks(tmp_path, xiaomi=XIAOMI + entry("b.xiaomi.com") + entry("a.b.xiaomi.com"))
    assert "adds nothing to b.xiaomi.com at lists/vendors/xiaomi.yaml:20" in said


def test_an_entry_with_an_effect_of_its_own_adds_something(tmp_path: Path) -> None:
    for number, own in enumerate(
        [
            entry("a.b.xiaomi.com", "advertising"),
            entry("a.b.xiaomi.com", breakage="minor", breaks="x"),
            entry("a.b.xiaomi.com", inferred="true"),
            entry("a.b.xiaomi.com").replace("[paper]", "[paper, page]"),
        ]
    ):
        page = (
            '  page: {title: P, authors: A, year: 2021, url: "https://example.org", licence: C}\n'
        )
        said = remarks(
            tmp_path / str(number),
            xiaomi=XIAOMI + entry("b.xiaomi.com") + own,
            more=page if "page" in own else "",
        )
        assert said == []


def test_what_a_relation_names_adds_something(tmp_path: Path) -> None:
    group = "{names: [a.b.xiaomi.com, tracking.miui.com], reason: R, evidence: [paper]}"
    xiaomi = XIAOMI.replace("entries:", f"block_together: [{group}]\nentries:")
    more = entry("b.xiaomi.com") + entry("a.b.xiaomi.com")
    assert remarks(tmp_path, xiaomi=xiaomi + more) == []


def test_a_zone_inside_another(tmp_path: Path) -> None:
    xiaomi = XIAOMI.replace("[xiaomi.com]", "[xiaomi.com, a.xiaomi.com]")
    (said,) = remarks(tmp_path, xiaomi=xiaomi)
    assert said.endswith("lies in xiaomi.com, which is a zone too; remove it")


def test_a_product_and_a_source_without_use(tmp_path: Path) -> None:
    xiaomi = XIAOMI.replace("phones}", "phones, Mi TV: televisions}")
    page = '  page: {title: P, authors: A, year: 2021, url: "https://example.org", licence: C}\n'
    assert remarks(tmp_path, xiaomi=xiaomi, more=page) == [
        "sources.yaml:3: sources.page: nothing cites it; remove it",
        "vendors/xiaomi.yaml:5: products.Mi TV: no entry has it; remove it",
    ]


def test_a_kept_name_of_a_vendor_without_a_file(tmp_path: Path) -> None:
    (said,) = remarks(tmp_path, keep=KEEP.replace("purpose:", "vendor: xaomi, purpose:"))
    assert "no file vendors/xaomi.yaml" in said
