"""A folder of lists to a catalogue, and every fault of every file at once."""

import os
from pathlib import Path

import pytest

from blocker.catalog.load import default_lists, load_catalogue
from blocker.core.names import from_text
from blocker.core.policy import Rule
from blocker.errors import Problems
from tests.support.lists import KEEP, SOURCES, XIAOMI, entry, write_lists


def complaints(folder: Path) -> list[str]:
    with pytest.raises(Problems) as raised:
        load_catalogue(folder)
    return [str(problem).removeprefix(f"{folder}/") for problem in raised.value.problems]


def test_an_entry_becomes_a_rule(tmp_path: Path) -> None:
    catalogue = load_catalogue(write_lists(tmp_path / "lists"))
    kept, zone, telemetry, function = catalogue.rules
    assert telemetry == Rule(
        text="tracking.miui.com",
        name=from_text("tracking.miui.com"),
        match="subtree",
        action="block",
        layer="curated",
        list="lists/vendors/xiaomi.yaml",
        line=8,
        vendor="xiaomi",
        product="MIUI",
        purpose="analytics",
        evidence=("paper",),
        confidence="measured",
    )
    assert (function.action, function.breaks) == ("allow", "sign-in")
    assert (zone.text, zone.layer, zone.vendor, zone.line) == ("xiaomi.com", "zone", "xiaomi", 6)
    assert (kept.layer, kept.action, kept.line) == ("keep", "allow", 2)
    assert (kept.list, kept.reason) == ("lists/keep.yaml", "System updates.")
    assert [vendor.title for vendor in catalogue.vendors] == ["Xiaomi"]
    assert catalogue.sources["paper"].year == 2021


def test_rules_name_their_file_alike_wherever_it_lies(tmp_path: Path) -> None:
    catalogue = load_catalogue(write_lists(tmp_path / "my-own-lists"))
    assert {rule.list for rule in catalogue.rules} == {
        "lists/keep.yaml",
        "lists/vendors/xiaomi.yaml",
    }


def test_all_faults_of_all_files_at_once(tmp_path: Path) -> None:
    folder = write_lists(
        tmp_path,
        xiaomi=XIAOMI.replace("measured", "measure").replace("title: Xiaomi\n", ""),
        keep=KEEP.replace("reason", "raison"),
        sources=SOURCES.replace("2021", "soon"),
    )
    (folder / "vendors" / "oppo.yaml").write_text("vendor: [")
    assert complaints(folder) == [
        "keep.yaml:2: keep[update.miui.com].raison: unknown key; did you mean reason?",
        "keep.yaml:2: keep[update.miui.com].reason: is missing; add `reason:`",
        "sources.yaml:2: sources.paper.year: soon is not a whole number",
        "vendors/oppo.yaml:1: did not find expected node content; mend the YAML",
        "vendors/xiaomi.yaml:1: title: is missing; add `title:`",
        "vendors/xiaomi.yaml:11: entries[tracking.miui.com].confidence: "
        "measure is not known here; did you mean measured?",
    ]


def test_unreadable_sources_are_told_once(tmp_path: Path) -> None:
    folder = write_lists(tmp_path)
    (folder / "sources.yaml").unlink()
    assert complaints(folder) == ["sources.yaml: cannot be read: No such file or directory"]


@pytest.mark.parametrize(
    "text, complaint",
    [
        (
            XIAOMI.replace("vendor: xiaomi", "vendor: mi"),
            "vendors/xiaomi.yaml:1: vendor: mi in xiaomi.yaml; write xiaomi",
        ),
        (
            XIAOMI + entry("a.xiaomi.com").replace("MIUI", "MIUX"),
            "vendors/xiaomi.yaml:21: entries[a.xiaomi.com].product: "
            "MIUX is not among the products; write one of: MIUI",
        ),
        (
            XIAOMI.replace("products:", "law: {text: T, evidence: [nil]}\nproducts:"),
            "vendors/xiaomi.yaml:5: law.evidence: no source nil; add it to sources.yaml",
        ),
    ],
)
def test_what_a_vendor_file_must_agree_with(tmp_path: Path, text: str, complaint: str) -> None:
    assert complaints(write_lists(tmp_path, xiaomi=text)) == [complaint]


def test_a_file_that_would_be_passed_over_is_told(tmp_path: Path) -> None:
    folder = write_lists(tmp_path)
    (folder / "vendors" / "oppo.yml").touch()
    (folder / "vendors" / ".xiaomi.yaml.swp").touch()  # an editor at work
    assert complaints(folder) == [
        "vendors/oppo.yml: is not read; name it <vendor>.yaml or remove it"
    ]


def test_a_folder_that_holds_no_lists(tmp_path: Path) -> None:
    assert complaints(tmp_path) == ["vendors: no such folder; name a folder of lists"]


def test_entries_out_of_order_stop_nothing(tmp_path: Path) -> None:
    catalogue = load_catalogue(write_lists(tmp_path, xiaomi=XIAOMI + entry("a.miui.com")))
    assert [problem.line for problem in catalogue.remarks] == [20]


def test_the_shipped_lists_are_found() -> None:
    assert (default_lists() / "sources.yaml").is_file()
    assert load_catalogue().rules == load_catalogue(default_lists()).rules


def test_lists_do_not_lie_over_themselves(tmp_path: Path) -> None:
    folder = write_lists(tmp_path / "lists")
    (tmp_path / "link").symlink_to(folder)
    with pytest.raises(Problems, match="is the folder of lists itself; keep your own files in"):
        load_catalogue(folder, tmp_path / "link")


def test_an_overlay_in_a_folder_of_somebody_else(tmp_path: Path) -> None:
    """As when a user explains a name on a machine whose server has a state folder of its own."""
    state = tmp_path / "state"
    state.mkdir(mode=0)
    own = os.geteuid()
    if own == 0:
        os.seteuid(65534)  # root may look anywhere
    try:
        with pytest.raises(Problems, match="this user may not look for it; be the user of"):
            load_catalogue(None, state / "lists.d")
    finally:
        os.seteuid(own)
