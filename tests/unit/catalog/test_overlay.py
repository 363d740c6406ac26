"""One's own files on top of the shipped ones: what is added, replaced, removed, and never lost."""

from collections.abc import Mapping
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocker.catalog.compile import compile_ruleset
from blocker.catalog.load import Catalogue, load_catalogue
from blocker.core.names import from_text
from blocker.core.policy import PURPOSES, Policy
from blocker.errors import Problems
from blocker.ruleset import open_ruleset
from tests.support.lists import XIAOMI, entry, write_lists, write_own

MORE = "vendor: xiaomi\nentries:\n" + entry("own.mi.com")
REMOVE = "vendor: xiaomi\nremove:\n  - {name: tracking.miui.com, reason: I need it}\n"
NEW = XIAOMI.replace("vendor: xiaomi", "vendor: acme").replace("miui.com", "acme.example").replace(
    "xiaomi.com", "acme.example"
)  # fmt: skip


def laid(folder: Path, own: Mapping[str, str], **shipped: str) -> Catalogue:
    """The catalogue of these shipped lists under these files of one's own."""
    lists = write_lists(folder / "lists", **shipped)
    return load_catalogue(lists, write_own(folder / "lists.d", own))


def remarks(catalogue: Catalogue, folder: Path) -> list[str]:
    return [str(each).removeprefix(f"{folder}/") for each in catalogue.remarks]


def decided(catalogue: Catalogue, folder: Path, *names: str) -> list[str]:
    policy = Policy(open_ruleset(compile_ruleset(catalogue, [], folder / "compiled")))
    verdicts = [policy.match(from_text(name)) for name in names]
    return [f"{each.action} {each.rule.list}:{each.rule.line}" if each else "" for each in verdicts]


def test_an_entry_is_added_to_a_shipped_vendor(tmp_path: Path) -> None:
    catalogue = laid(tmp_path, {"vendors/xiaomi.yaml": MORE})
    assert remarks(catalogue, tmp_path) == []
    assert decided(catalogue, tmp_path, "own.mi.com", "tracking.miui.com") == [
        "block lists.d/vendors/xiaomi.yaml:3",
        "block lists/vendors/xiaomi.yaml:8",
    ]


def test_an_entry_of_the_same_name_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    own = "vendor: xiaomi\nentries:\n" + entry(
        "tracking.miui.com", breakage="major", breaks="alerts"
    )
    catalogue = laid(tmp_path, {"vendors/xiaomi.yaml": own})
    (rule,) = [rule for rule in catalogue.rules if rule.text == "tracking.miui.com"]
    assert (rule.list, rule.breakage) == ("lists.d/vendors/xiaomi.yaml", "major")
    assert decided(catalogue, tmp_path, "tracking.miui.com") == [
        "pass lists.d/vendors/xiaomi.yaml:3"
    ]


def test_an_entry_takes_the_place_of_another_vendors(tmp_path: Path) -> None:
    own = "vendor: acme\ntitle: Acme\nproducts: {MIUI: M}\nentries:\n" + entry("tracking.miui.com")
    catalogue = laid(tmp_path, {"vendors/acme.yaml": own})
    assert [rule.vendor for rule in catalogue.rules if rule.text == "tracking.miui.com"] == ["acme"]


def test_an_entry_is_removed(tmp_path: Path) -> None:
    catalogue = laid(tmp_path, {"vendors/xiaomi.yaml": REMOVE})
    assert decided(catalogue, tmp_path, "tracking.miui.com") == [""]
    assert remarks(catalogue, tmp_path) == []


def test_a_vendor_of_ones_own(tmp_path: Path) -> None:
    catalogue = laid(tmp_path, {"vendors/acme.yaml": NEW})
    assert [vendor.vendor for vendor in catalogue.vendors] == ["acme", "xiaomi"]
    assert decided(catalogue, tmp_path, "tracking.acme.example") == [
        "block lists.d/vendors/acme.yaml:8"
    ]


def test_sources_and_kept_names_of_ones_own(tmp_path: Path) -> None:
    source = '{title: T, authors: A, year: 2024, url: "https://example.org/o", licence: CC0}'
    catalogue = laid(
        tmp_path,
        {
            "sources.yaml": f"sources: {{own: {source}}}\n",
            "keep.yaml": "keep:\n  - {name: tracking.miui.com, purpose: config, reason: R, "
            "evidence: [own]}\nremove:\n  - {name: update.miui.com, reason: never}\n",
        },
    )
    assert sorted(catalogue.sources) == ["own", "paper"]
    assert remarks(catalogue, tmp_path) == []
    assert decided(catalogue, tmp_path, "tracking.miui.com", "update.miui.com") == [
        "allow lists.d/keep.yaml:2",
        "",
    ]


def test_a_head_is_said_anew_in_part(tmp_path: Path) -> None:
    catalogue = laid(tmp_path, {"vendors/xiaomi.yaml": "vendor: xiaomi\ndefault: off\n"})
    (vendor,) = catalogue.vendors
    assert (vendor.title, vendor.default, vendor.jurisdiction) == ("Xiaomi", "off", "CN")
    assert catalogue.off == ("xiaomi",)


def test_relations_are_added(tmp_path: Path) -> None:
    group = "{names: [own.mi.com, tracking.miui.com], reason: R, evidence: [paper]}"
    catalogue = laid(tmp_path, {"vendors/xiaomi.yaml": f"{MORE}block_together: [{group}]\n"})
    (relation,) = catalogue.relations
    assert (relation.list, relation.members[0]) == ("lists.d/vendors/xiaomi.yaml", "own.mi.com")


@pytest.mark.parametrize(
    "own, remark",
    [
        (
            MORE.replace("MIUI", "Gone"),
            "4: entries[own.mi.com].product: Gone is not among the products; write one of: MIUI",
        ),
        (
            MORE.replace("paper", "gone"),
            "6: entries[own.mi.com].evidence: no source gone; add it to sources.yaml",
        ),
        (
            MORE.replace("own.mi.com", "x.update.miui.com"),
            "3: entries[x.update.miui.com].name: is never blocked: lists/keep.yaml:2 keeps "
            "update.miui.com; remove it, or keep narrower names",
        ),
        (
            MORE.replace("own.mi.com", "miui.com"),
            "3: entries[miui.com].name: covers update.miui.com, which lists/keep.yaml:2 keeps; "
            "add `except: [update.miui.com]`, or list narrower names",
        ),
        (
            REMOVE.replace("tracking", "gone"),
            "3: removes entry gone.miui.com: the shipped lists have it no longer, or not there; "
            "drop it",
        ),
        (
            "vendor: xiaomi\nentries:\n" + entry("tracking.miui.com"),
            "3: replaces entry tracking.miui.com: lists/vendors/xiaomi.yaml:8 says the same; "
            "drop it",
        ),
        (
            "vendor: xiaomi\ntitle: Xiaomi\n",
            "2: replaces head title: lists/vendors/xiaomi.yaml:2 says the same; drop it",
        ),
    ],
)
def test_what_does_not_fit_the_shipped_lists_is_a_remark(
    tmp_path: Path, own: str, remark: str
) -> None:
    catalogue = laid(tmp_path, {"vendors/xiaomi.yaml": own})
    said = [
        each.removeprefix("lists.d/vendors/xiaomi.yaml:") for each in remarks(catalogue, tmp_path)
    ]
    assert remark in said


def test_a_vendor_that_is_shipped_no_longer_keeps_its_own_entries(tmp_path: Path) -> None:
    own = write_own(tmp_path / "lists.d", {"vendors/xiaomi.yaml": MORE})
    lists = write_lists(tmp_path / "lists")
    (lists / "vendors" / "xiaomi.yaml").unlink()
    catalogue = load_catalogue(lists, own)
    assert decided(catalogue, tmp_path, "own.mi.com") == ["block lists.d/vendors/xiaomi.yaml:3"]
    assert [vendor.title for vendor in catalogue.vendors] == ["xiaomi"]
    assert remarks(catalogue, tmp_path) == [
        "lists.d/vendors/xiaomi.yaml:1: vendor: the shipped lists have no vendor xiaomi; "
        "add `title:`",
        "lists.d/vendors/xiaomi.yaml:4: entries[own.mi.com].product: MIUI is not among the "
        "products; add it to `products:`",
    ]


def test_what_is_wrong_in_ones_own_file_is_an_error(tmp_path: Path) -> None:
    wrong = {
        "vendors/xiaomi.yaml": MORE + entry("x.mi.com", "spying"),
        "vendors/acme.yaml": MORE
        + entry("a.mi.com") * 2
        + "remove: [{name: a.mi.com, reason: R}]\n",
        "vendors/oppo.yml": "vendor: oppo\n",
        "vendors/vivo.yaml": "vendor: [",
        "poco.yaml": "vendor: poco\n",
    }
    with pytest.raises(Problems) as raised:
        laid(tmp_path, wrong)
    place = f"{tmp_path}/lists.d/"
    assert [str(each).removeprefix(place) for each in raised.value.problems] == [
        "poco.yaml: is not read; move it to vendors/<vendor>.yaml",
        "vendors/acme.yaml:1: vendor: xiaomi in acme.yaml; write acme",
        "vendors/acme.yaml:13: entries[a.mi.com].name: stands at lists.d/vendors/acme.yaml:8 "
        "already; remove one",
        "vendors/acme.yaml:18: remove[a.mi.com].name: stands at lists.d/vendors/acme.yaml:13 "
        "as well; write one or the other",
        "vendors/oppo.yml: is not read; name it <vendor>.yaml or remove it",
        "vendors/vivo.yaml:1: did not find expected node content; mend the YAML",
        "vendors/xiaomi.yaml:10: entries[x.mi.com].purpose: spying is not known here; write one "
        "of: " + ", ".join(PURPOSES),
    ]


def test_editors_files_are_passed_over(tmp_path: Path) -> None:
    litter = (".xiaomi.yaml.swp", "xiaomi.yaml~", "4913", "#xiaomi.yaml#", ".#xiaomi.yaml", "NOTES")
    own = {f"vendors/{name}": "not: [a list" for name in litter}
    assert laid(tmp_path, own | {"README.md": "mine"}) == laid(tmp_path / "bare", {})


def test_no_overlay_and_an_empty_one_change_nothing(tmp_path: Path) -> None:
    lists = write_lists(tmp_path / "lists")
    plain = load_catalogue(lists)
    (tmp_path / "lists.d").mkdir()
    assert load_catalogue(lists, tmp_path / "lists.d") == plain
    assert load_catalogue(lists, tmp_path / "nowhere") == plain


def test_the_version_has_a_part_for_ones_own(tmp_path: Path) -> None:
    own = laid(tmp_path, {"vendors/xiaomi.yaml": MORE}).version
    plain = load_catalogue(tmp_path / "lists").version
    assert str(own).partition("+")[0] == str(plain)
    assert str(own).partition("+")[2] == own.own[:8] != ""


NAMES = ("tracking.miui.com", "account.xiaomi.com", "own.mi.com", "=mi.com", "*-log.mi.com")
ENTRIES = st.dictionaries(
    st.sampled_from(NAMES), st.sampled_from(["replace", "remove"]), max_size=len(NAMES)
)


@settings(max_examples=25)
@given(edits=ENTRIES, seed=st.integers())
def test_the_order_of_what_is_written_makes_no_difference(edits: dict[str, str], seed: int) -> None:
    """Whatever the order of entries and of files: the same rules, but for their lines."""
    shuffled = list(edits.items())
    Random(seed).shuffle(shuffled)
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        catalogues = [
            laid(Path(folder), {"vendors/xiaomi.yaml": own_file(said)})
            for folder, said in ((one, list(edits.items())), (other, shuffled))
        ]
    first, second = (
        {(rule.text, rule.list, rule.purpose) for rule in each.rules} for each in catalogues
    )
    assert first == second
    texts = {rule.text for rule in catalogues[0].rules}
    shipped = {"tracking.miui.com", "account.xiaomi.com"}
    named = {name for name, does in edits.items() if does == "replace"}
    removed = {name for name, does in edits.items() if does == "remove"}
    assert texts - {"update.miui.com", "xiaomi.com"} == (shipped - removed) | named


def own_file(said: list[tuple[str, str]]) -> str:
    entries = "".join(entry(name) for name, does in said if does == "replace")
    removals = [f'  - {{name: "{name}", reason: R}}\n' for name, does in said if does == "remove"]
    return (
        "vendor: xiaomi\n"
        + (f"entries:\n{entries}" if entries else "")
        + (f"remove:\n{''.join(removals)}" if removals else "")
    )


def test_shipped_lists_under_an_overlay_of_nothing_are_themselves(tmp_path: Path) -> None:
    (tmp_path / "vendors").mkdir()
    assert load_catalogue(None, tmp_path) == load_catalogue()
