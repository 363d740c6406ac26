"""`blocker lists edit`, where no server runs; with one it is in tests/e2e."""

import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from blocker.cli import app
from blocker.errors import StartError
from tests.support.lists import entry, write_lists

OWN = "vendor: xiaomi\nentries:\n" + entry("own.mi.com")
WRONG = OWN.replace("analytics", "spying")


class Person:
    """Types a text at each call of the editor, and answers questions."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write_lists(folder / "lists")
        self.folder = folder
        self.config = folder / "blocker.yaml"
        self.config.write_text("lists: lists\n")
        self.own = folder / "state" / "lists.d" / "vendors" / "xiaomi.yaml"
        monkeypatch.delenv("VISUAL", raising=False)
        monkeypatch.setenv("TMPDIR", str(folder / "tmp"))
        monkeypatch.setattr("tempfile.tempdir", None)
        (folder / "tmp").mkdir()
        self.monkeypatch = monkeypatch

    def edits(
        self, *texts: str, says: str = "", vendor: str = "xiaomi", yes: bool = False
    ) -> Result:
        """Each text is what one call of the editor leaves."""
        for number, text in enumerate(texts):
            (self.folder / f"text{number}").write_text(text)
        (self.folder / "next").write_text("0")
        editor = self.folder / "editor"
        editor.write_text(
            f'#!/bin/sh\ncd {self.folder}; n=$(cat next); cp "$1" seen$n\n'
            'cat text$n > "$1"; echo $((n + 1)) > next\n'
        )
        editor.chmod(editor.stat().st_mode | stat.S_IXUSR)
        self.monkeypatch.setenv("EDITOR", str(editor))
        arguments = ["lists", "edit", vendor, *(["--yes"] if yes else []), "-c", str(self.config)]
        return CliRunner().invoke(app, arguments, input=says)

    def seen(self, number: int = 0) -> str:
        return (self.folder / f"seen{number}").read_text()

    def drafts(self) -> list[Path]:
        return list((self.folder / "tmp").glob("blocker-*/*.yaml"))


@pytest.fixture
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Person:
    return Person(tmp_path, monkeypatch)


def test_what_it_does_is_shown_before_it_is_applied(person: Person) -> None:
    run = person.edits(OWN, says="y\n")
    assert run.exit_code == 0, run.output
    assert "newly blocked     own.mi.com: analytics (measured)\nApply it? [Y/n]" in run.output
    assert "in force when one is started" in run.output
    assert person.own.read_text() == OWN
    assert "vendor: xiaomi\n# entries:" in person.seen()
    assert person.drafts() == []


def test_a_second_edit_begins_with_the_first(person: Person) -> None:
    person.edits(OWN, yes=True)
    run = person.edits("", yes=True)
    assert person.seen() == OWN
    assert "no longer blocked own.mi.com" in run.output
    assert not person.own.exists()


def test_an_error_is_shown_and_edited_again(person: Person) -> None:
    run = person.edits(WRONG, OWN, says="y\ny\n")
    assert run.exit_code == 0, run.output
    assert f"{person.own}:5: entries[own.mi.com].purpose: spying is not known here" in run.output
    assert person.seen(1) == WRONG
    assert person.own.read_text() == OWN


@pytest.mark.parametrize("text", [OWN, WRONG])
def test_who_gives_up_has_changed_nothing_and_lost_nothing(person: Person, text: str) -> None:
    run = person.edits(text, says="n\n")
    assert run.exit_code == 1
    assert not person.own.exists()
    (draft,) = person.drafts()
    assert f"What you wrote is in {draft}" in run.output
    assert draft.read_text() == text


def test_no_change_is_no_change(person: Person) -> None:
    person.edits(OWN, yes=True)
    run = person.edits(OWN)
    assert (run.exit_code, run.output) == (0, "You changed nothing.\n")


def test_a_remark_stops_nothing(person: Person) -> None:
    run = person.edits(OWN.replace("MIUI", "Mi"), yes=True)
    assert run.exit_code == 0
    assert "Mi is not among the products; write one of: MIUI" in run.output


def test_a_vendor_that_nobody_has_is_asked_about(person: Person) -> None:
    run = person.edits(OWN, says="n\n", vendor="xiaomy")
    assert "No list has a vendor xiaomy (did you mean xiaomi?). Make it new? [y/N]" in run.output
    assert run.exit_code == 1
    run = person.edits(OWN, says="y\nn\n", vendor="acme")
    assert "title: What it is called" in person.seen()


def test_keep_and_sources(person: Person) -> None:
    kept = "keep: [{name: tracking.miui.com, purpose: time, reason: R, evidence: [paper]}]\n"
    run = person.edits(kept, vendor="keep", yes=True)
    assert "newly kept        tracking.miui.com" in run.output
    assert (person.own.parents[1] / "keep.yaml").read_text() == kept


@pytest.mark.parametrize(
    "editor, said",
    [("false", "ended with 1"), ("/no/such", "cannot be run"), ("'", "cannot be run")],
)
def test_an_editor_that_fails(person: Person, editor: str, said: str) -> None:
    arguments = ["lists", "edit", "xiaomi", "-c", str(person.config)]
    person.monkeypatch.setenv("EDITOR", editor)
    run = CliRunner().invoke(app, arguments)
    assert isinstance(run.exception, StartError)
    assert said in str(run.exception)


def test_what_is_no_vendor(person: Person) -> None:
    run = person.edits(OWN, vendor="../xiaomi")
    assert isinstance(run.exception, StartError)
    assert not (person.folder / "state").exists()
