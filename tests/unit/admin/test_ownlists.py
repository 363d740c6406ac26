"""Edits by API: all or nothing, and never of what is shipped."""

import asyncio
from pathlib import Path

import pytest

from blocker.admin.ownlists import OwnLists
from blocker.admin.problem_details import Refusal
from blocker.admin.reload import NotTaken
from blocker.errors import Problems, StartError
from tests.support.backend import Admin, play
from tests.support.lists import XIAOMI, entry

OWN = "vendor: xiaomi\nentries:\n" + entry("own.mi.com")


def lists_of(admin: Admin) -> OwnLists:
    return admin.backend.own_lists


async def apply(admin: Admin, text: str, name: str = "xiaomi") -> int:
    lists = lists_of(admin)
    applied = await lists.apply(name, text, lists.file(name).etag(), "who")
    return applied.generation.number


def test_what_is_applied_is_in_force_and_written_to_the_overlay_alone(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        assert await apply(admin, OWN) == 2
        assert admin.generations.in_force.rules["curated"] == 3
        own = admin.state / "lists.d" / "vendors" / "xiaomi.yaml"
        assert own.read_text() == OWN
        assert (tmp_path / "lists" / "vendors" / "xiaomi.yaml").read_text() == XIAOMI
        assert await apply(admin, "") == 3
        assert not own.exists()
        assert admin.generations.in_force.rules["curated"] == 2

    play(tmp_path, scenario)


def test_a_fault_changes_nothing(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await apply(admin, OWN)
        with pytest.raises(Problems, match=r"xiaomi\.yaml:5: .*spying is not known"):
            await apply(admin, OWN.replace("analytics", "spying"))
        assert lists_of(admin).file("xiaomi").text() == OWN
        assert admin.generations.current.number == 2

    play(tmp_path, scenario)


def test_what_was_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        file = lists_of(admin).file("xiaomi")
        etag = file.etag()
        file.write("# by hand\nvendor: xiaomi\n")
        with pytest.raises(Refusal, match=r"vendors/xiaomi\.yaml has changed since it was read"):
            await lists_of(admin).apply("xiaomi", OWN, etag, "who")
        assert file.text() == "# by hand\nvendor: xiaomi\n"

    play(tmp_path, scenario)


def test_of_two_at_once_one_is_made(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        lists = lists_of(admin)
        etag = lists.file("xiaomi").etag()
        texts = (OWN, OWN.replace("own.", "other."))
        made = await asyncio.gather(
            *(lists.apply("xiaomi", text, etag, "who") for text in texts), return_exceptions=True
        )
        assert [isinstance(each, Refusal) for each in made] == [False, True]
        assert lists.file("xiaomi").text() == OWN

    play(tmp_path, scenario)


@pytest.mark.parametrize("before", ["", OWN])
def test_what_a_worker_or_the_configuration_refuses_is_taken_back(
    tmp_path: Path, before: str
) -> None:
    async def scenario(admin: Admin) -> None:
        if before:
            await apply(admin, before)
        file = lists_of(admin).file("xiaomi")
        more = OWN + entry("more.mi.com")
        admin.worker.refuses = "no room"
        with pytest.raises(NotTaken):
            await apply(admin, more)
        assert file.text() == before
        admin.configure("unknown: 1\n")
        with pytest.raises(Problems, match="unknown"):
            await apply(admin, more)
        assert file.text() == before
        assert file.path.exists() == bool(before)
        assert len(admin.generations.store.changes()) == bool(before)

    play(tmp_path, scenario)


def test_names_are_names(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        for name in ("../../x", "..", "/etc/passwd", "vendors/xiaomi", ""):
            with pytest.raises(StartError, match="is no vendor"):
                lists_of(admin).file(name)

    play(tmp_path, scenario)


def test_a_check_leaves_no_trace(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        proposal = await lists_of(admin).check("xiaomi", OWN)
        assert [(each.kind, each.name) for each in proposal.changes] == [("blocked", "own.mi.com")]
        assert not (admin.state / "lists.d").exists()

    play(tmp_path, scenario)
