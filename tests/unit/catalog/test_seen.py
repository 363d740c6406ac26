"""An upgrade of the lists under edits of one's own: what is told of it, and until when."""

import os
from pathlib import Path

import pytest

from blocker.catalog.edits import Edit
from blocker.catalog.load import load_catalogue
from blocker.catalog.seen import FILE, changed, remember
from blocker.errors import StartError
from tests.support.lists import XIAOMI, entry, write_lists, write_own

OWN = "vendor: xiaomi\nentries:\n" + entry("tracking.miui.com", "advertising")
REMOVE = "vendor: xiaomi\nremove: [{name: tracking.miui.com, reason: R}]\n"
UPGRADED = XIAOMI.replace("measured", "documented")
GONE = XIAOMI.replace("tracking", "other")


class Installed:
    """Lists, an overlay and a state folder, as an upgrade finds them."""

    def __init__(self, folder: Path, own: str, *, xiaomi: str = XIAOMI) -> None:
        self.lists = write_lists(folder / "lists", xiaomi=xiaomi)
        self.overlay = write_own(folder / "lists.d", {"vendors/xiaomi.yaml": own})
        self.state = folder / "state"
        self.state.mkdir()

    def edits(self) -> tuple[Edit, ...]:
        return load_catalogue(self.lists, self.overlay).edits

    def upgrade(self, text: str) -> list[str]:
        """What is told after the shipped file has become this."""
        (self.lists / "vendors" / "xiaomi.yaml").write_text(text)
        return [each.what for each in changed(self.edits(), self.state)]


@pytest.mark.parametrize("own", [OWN, REMOVE])
def test_a_change_of_what_is_shipped_is_told_until_it_is_reviewed(tmp_path: Path, own: str) -> None:
    here = Installed(tmp_path, own)
    remember(here.edits(), here.state)
    assert here.upgrade("# moved by a line\n" + XIAOMI) == []
    told = ["what is shipped has changed since: lists/vendors/xiaomi.yaml:8"]
    assert here.upgrade(UPGRADED) == told
    remember(here.edits(), here.state)
    assert here.upgrade(UPGRADED) == told, "seen again is not reviewed"
    remember(here.edits(), here.state, reviewed=True)
    assert here.upgrade(UPGRADED) == []


def test_who_writes_an_edit_anew_knows_what_is_shipped(tmp_path: Path) -> None:
    here = Installed(tmp_path, OWN)
    remember(here.edits(), here.state)
    assert here.upgrade(UPGRADED) != []
    write_own(here.overlay, {"vendors/xiaomi.yaml": OWN.replace("advertising", "location")})
    assert here.upgrade(UPGRADED) == []
    remember(here.edits(), here.state)
    assert here.upgrade(XIAOMI) != []


def test_what_is_shipped_by_now_and_what_no_longer(tmp_path: Path) -> None:
    here = Installed(tmp_path, OWN, xiaomi=GONE)
    remember(here.edits(), here.state)
    assert here.upgrade(XIAOMI) == ["it is shipped as well by now: lists/vendors/xiaomi.yaml:8"]
    remember(here.edits(), here.state, reviewed=True)
    assert here.upgrade(GONE) == ["the shipped lists have it no longer"]


def test_an_edit_that_was_taken_back_is_forgotten(tmp_path: Path) -> None:
    here = Installed(tmp_path, OWN)
    remember(here.edits(), here.state)
    remember([], here.state)
    assert here.upgrade(UPGRADED) == []


@pytest.mark.parametrize("damage", ["", "{", "[1]"])
def test_without_a_record_nothing_is_told(tmp_path: Path, damage: str) -> None:
    here = Installed(tmp_path, OWN)
    (here.state / FILE).write_text(damage)
    assert here.upgrade(UPGRADED) == []
    remember(here.edits(), here.state)
    assert here.upgrade(XIAOMI) != []


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    """As whoever may write into the folder could lay for root."""
    here = Installed(tmp_path, OWN)
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (here.state / f".{FILE}.{os.getpid()}").symlink_to(victim)
    (here.state / FILE).symlink_to(victim)
    remember(here.edits(), here.state)
    assert victim.read_text() == "precious"
    assert [each.name for each in here.state.iterdir()] == [FILE]
    assert not (here.state / FILE).is_symlink()


def test_no_state_is_made_for_it(tmp_path: Path) -> None:
    here = Installed(tmp_path, OWN)
    remember(here.edits(), tmp_path / "none")
    assert not (tmp_path / "none").exists()
    with pytest.raises(StartError, match=r"overlay\.json: No such file or directory"):
        remember(here.edits(), tmp_path / "none", reviewed=True)
