"""A file of one's own: by name only, whole or not at all, and never outside of the overlay."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.catalog.ownfile import OwnFile
from blocker.errors import StartError
from tests.support.lists import XIAOMI, write_lists

OWN = "vendor: xiaomi\n"


@pytest.fixture
def file(tmp_path: Path) -> OwnFile:
    return OwnFile.named("xiaomi", write_lists(tmp_path / "lists"), tmp_path / "lists.d")


def test_reading_and_writing(file: OwnFile, tmp_path: Path) -> None:
    assert (file.text(), file.shipped()) == ("", XIAOMI)
    file.write(OWN)
    assert (tmp_path / "lists.d" / "vendors" / "xiaomi.yaml").read_text() == OWN
    assert (file.text(), file.shipped()) == (OWN, XIAOMI)
    assert [path.name for path in file.path.parent.iterdir()] == ["xiaomi.yaml"]
    file.write(" \n")
    assert not file.path.exists()
    file.write("")


def test_the_files_of_no_vendor(file: OwnFile, tmp_path: Path) -> None:
    for name in ("keep", "sources"):
        single = OwnFile.named(name, file.lists, file.overlay)
        assert single.path == tmp_path / "lists.d" / f"{name}.yaml"
        assert single.shipped() != ""


def test_the_tag_changes_with_either_text(file: OwnFile) -> None:
    seen = {file.etag()}
    file.write(OWN)
    seen.add(file.etag())
    (file.lists / "vendors" / "xiaomi.yaml").write_text(OWN)
    seen.add(file.etag())
    file.write("")
    seen.add(file.etag())
    assert len(seen) == 4


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "vendors/xiaomi", "/etc/passwd", "x\0", "xiaomi.yaml", "Xiaomi", "-x",
     "x" * 65, "xiaomi\n", "%2e%2e", "..%2fx", "é"],
)  # fmt: skip
def test_what_is_no_name(file: OwnFile, name: str) -> None:
    with pytest.raises(StartError, match="is no vendor"):
        OwnFile.named(name, file.lists, file.overlay)


@given(st.text(max_size=20))
def test_any_name_that_is_taken_stays_inside(name: str) -> None:
    overlay = Path("/overlay")
    try:
        path = OwnFile.named(name, Path("/lists"), overlay).path
    except StartError:
        return
    assert path.resolve().is_relative_to(overlay)
    assert path.parent in (overlay, overlay / "vendors")


def test_a_folder_that_leads_elsewhere_is_not_written_to(file: OwnFile, tmp_path: Path) -> None:
    file.overlay.mkdir()
    (file.overlay / "vendors").symlink_to(file.lists / "vendors")
    with pytest.raises(StartError, match=r"leads out of .*; make it a folder"):
        file.write(OWN)
    assert file.shipped() == XIAOMI


def test_a_link_is_replaced_and_not_followed(file: OwnFile, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.write_text("precious")
    file.path.parent.mkdir(parents=True)
    file.path.symlink_to(target)
    file.write(OWN)
    assert (target.read_text(), file.text()) == ("precious", OWN)


def test_what_cannot_be_written_changes_nothing(file: OwnFile) -> None:
    file.overlay.write_text("a file")
    with pytest.raises(StartError, match=r"cannot write .*; make it writable"):
        file.write(OWN)


def test_what_is_no_text_is_told(file: OwnFile) -> None:
    file.path.parent.mkdir(parents=True)
    file.path.write_bytes(b"\xff\xfe")
    with pytest.raises(StartError, match="is not UTF-8"):
        file.text()
