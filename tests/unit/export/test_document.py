"""The file as a whole: a header in the format's own comments, the same bytes every time."""

from pathlib import Path

import pytest

from blocker import __version__
from blocker.errors import StartError
from blocker.export import FORMATS, Filters, export
from blocker.inputs import Inputs, read_inputs
from tests.support.lists import XIAOMI, entry, write_lists


def inputs(folder: Path, config: str = "", *, date: str = "2026-11-23") -> Inputs:
    more = entry("ads.miui.com", "advertising") + entry("log*.miui.com")
    write_lists(folder / "lists", xiaomi=XIAOMI + more)
    (folder / "lists" / "VERSION").write_text(f"{date}\n", encoding="ascii")
    file = folder / "blocker.yaml"
    file.write_text(f"lists: lists\n{config}", encoding="utf-8")
    return read_inputs(file)


def test_the_header(tmp_path: Path) -> None:
    read = inputs(tmp_path)
    filters = Filters(["xiaomi"], ["analytics"], "minor")
    document = export(read, "domains", filters)
    options = "--vendor xiaomi --purpose analytics --max-breakage minor"
    lost = "left out: 1 family (log*.miui.com), which this format cannot write"
    assert document.text.splitlines() == [
        "# Title: Telemetry of vendors",
        f"# Version: {read.catalogue.version}",
        "# Date: 2026-11-23",
        "# Entries: 1",
        "# Licence: CC0 1.0, https://creativecommons.org/publicdomain/zero/1.0/",
        f"# Made with: blocker {__version__}, blocker export --format domains {options}",
        "# Each line is a name and everything below it.",
        f"# {lost}",
        "tracking.miui.com",
    ]
    assert (document.count, document.lost) == (1, (lost,))


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_has_a_header_and_is_always_the_same(format_: str, tmp_path: Path) -> None:
    first, again = inputs(tmp_path / "a"), inputs(tmp_path / "b")
    text = export(first, format_).text
    assert text == export(again, format_).text
    comment = {"adblock": "!", "rpz": ";"}.get(format_, "#")
    head = [line for line in text.splitlines() if line.startswith(f"{comment} ")]
    assert text.startswith("\n".join(head))
    assert f"{comment} Version: {first.catalogue.version}" in head


def test_what_is_the_users_own_is_told(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("listed.example.org\n", encoding="utf-8")
    more = "rules: {block: [example.org]}\n"
    more += "subscriptions: [{name: mine, source: names.txt, match: subtree}]"
    text = export(inputs(tmp_path, more), "hosts").text
    assert "# Rules of the one who made it have a say in it too." in text
    assert "# Subscriptions are not in it" in text
    assert "listed.example.org" not in text


def test_nothing_to_export(tmp_path: Path) -> None:
    read = inputs(tmp_path, "blocking: {vendors: {xiaomi: off}}")
    with pytest.raises(StartError, match="nothing to export"):
        export(read, "hosts")


DATES = [("2026-11-23", 2026112300), ("2027-01-01", 2027010100)]


@pytest.mark.parametrize("date, at_least", DATES)
def test_a_zones_serial_is_of_the_version(date: str, at_least: int, tmp_path: Path) -> None:
    text = export(inputs(tmp_path, date=date), "rpz").text
    serial = int(next(line for line in text.splitlines() if " SOA " in line).split()[4])
    assert at_least <= serial < at_least + 100


def test_a_folder_without_a_date_has_a_serial_too(tmp_path: Path) -> None:
    read = inputs(tmp_path)
    (tmp_path / "lists" / "VERSION").unlink()
    text = export(read_inputs(read.config.file), "rpz").text
    serial = int(next(line for line in text.splitlines() if " SOA " in line).split()[4])
    assert 0 <= serial < 2**31
