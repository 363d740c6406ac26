"""What a person saves is taken; what an editor leaves, and what comes to the same, is not."""

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import pytest

from blocker.admin import watch
from blocker.admin.watch import Watch, Watched
from tests.support.backend import Admin, play
from tests.support.lists import SOURCES, XIAOMI, entry
from tests.support.saving import by_deleting, by_rename, by_replacing, in_place

pytestmark = pytest.mark.quiet

WITHIN = 10.0  # seconds; how long it takes on a machine of its own is asked in tests/e2e
QUIET = 1.2  # seconds in which a change would have been taken
MORE = XIAOMI + entry("a.xiaomi.net")


class Editing:
    """A server whose files are watched, and somebody who edits them."""

    def __init__(self, admin: Admin) -> None:
        self.admin = admin
        self.lists = admin.config.parent / "lists"
        self.own = admin.state / "lists.d" / "vendors" / "xiaomi.yaml"
        self.xiaomi = self.lists / "vendors" / "xiaomi.yaml"

    @property
    def number(self) -> int:
        return self.admin.generations.current.number

    async def taken(self, edit: Callable[[], object]) -> None:
        """What is saved is in force soon, and by one reload."""
        before = self.number
        edit()
        await until(lambda: self.number != before and not self.admin.generations.last_error)
        assert self.number == before + 1

    async def refused(self, edit: Callable[[], object]) -> str:
        """What was saved is wrong: said, and nothing has changed."""
        before = self.admin.generations.current
        self.admin.generations.last_error = ""
        edit()
        await until(lambda: self.admin.generations.last_error != "")
        assert self.admin.generations.current is before
        return self.admin.generations.last_error

    async def passed_over(self, edit: Callable[[], object]) -> None:
        before = self.admin.generations.current
        edit()
        await asyncio.sleep(QUIET)
        assert self.admin.generations.current is before
        assert self.admin.generations.last_error == ""


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN):
        while not condition():  # noqa: ASYNC110 - what is waited for is anything
            await asyncio.sleep(0.01)


def edit(folder: Path, scenario: Callable[[Editing], Awaitable[None]], *, extra: str = "") -> None:
    async def watched(admin: Admin) -> None:
        task = asyncio.create_task(Watch(admin.generations).run())
        try:
            await asyncio.sleep(0.2)
            await scenario(Editing(admin))
            assert not task.done()
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    play(folder, watched, extra=extra)


@pytest.mark.parametrize("save", [in_place, by_rename, by_replacing, by_deleting])
def test_a_saved_file_is_in_force_however_it_is_saved(
    tmp_path: Path, save: Callable[[Path, str], None]
) -> None:
    async def scenario(editing: Editing) -> None:
        await editing.taken(lambda: save(editing.xiaomi, MORE))
        await until(lambda: editing.admin.generations.in_force.rules["curated"] == 3)

    edit(tmp_path, scenario)


def test_an_edit_whose_event_was_missed_is_taken_though_others_never_cease(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Watched, "concerns", lambda *_: False)

    async def make_noise(folder: Path) -> None:
        while True:
            (folder / "noise").write_text("as a database does")
            await asyncio.sleep(0.2)

    async def scenario(editing: Editing) -> None:
        noise = asyncio.create_task(make_noise(editing.lists))
        await asyncio.sleep(0.5)
        await editing.taken(lambda: editing.xiaomi.write_text(MORE))
        noise.cancel()

    edit(tmp_path, scenario)


def test_files_of_all_kinds(tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("one.example\n")
    hosts = tmp_path / "hosts"
    hosts.write_text("192.0.2.1 nas.example\n")
    listed = f"hosts: [{hosts}]\nsubscriptions: [{{name: mine, source: {names}, match: subtree}}]\n"

    async def scenario(editing: Editing) -> None:
        await editing.taken(lambda: names.write_text("one.example\ntwo.example\n"))
        await editing.taken(lambda: hosts.write_text("192.0.2.2 nas.example\n"))
        editing.own.parent.mkdir(parents=True)
        await editing.taken(lambda: editing.own.write_text("vendor: xiaomi\ntitle: Mi\n"))
        await editing.taken(lambda: (editing.lists / "VERSION").write_text("2026-11-23\n"))
        configured = f"{listed}rules: {{block: [a.example]}}\n"
        await editing.taken(lambda: editing.admin.configure(configured))
        await editing.taken(editing.own.unlink)

    edit(tmp_path, scenario, extra=listed)


def test_a_link_that_is_led_elsewhere(tmp_path: Path) -> None:
    """As Kubernetes updates what it mounts: one link in the middle of the way is replaced."""
    mounted = tmp_path / "mounted"
    for version in ("1", "2"):
        (mounted / version).mkdir(parents=True)
        (mounted / version / "names.txt").write_text(f"in-{version}.example\n")
    (mounted / "..data").symlink_to("1")
    (mounted / "names.txt").symlink_to("..data/names.txt")
    source = mounted / "names.txt"
    listed = f"subscriptions: [{{name: mine, source: {source}, match: subtree}}]\n"

    async def scenario(editing: Editing) -> None:
        def update() -> None:
            (mounted / "..data_tmp").symlink_to("2")
            (mounted / "..data_tmp").rename(mounted / "..data")

        await editing.taken(update)

    edit(tmp_path, scenario, extra=listed)


def test_an_error_is_told_with_its_line_and_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(editing: Editing) -> None:
        wrong = XIAOMI.replace("analytics", "spying")
        said = await editing.refused(lambda: editing.xiaomi.write_text(wrong))
        assert f"{editing.xiaomi}:10: " in said
        assert f"{editing.xiaomi}:10: " in caplog.text
        said = await editing.refused(lambda: editing.admin.configure("unknown: 1\n"))
        assert f"{editing.admin.config}:4: unknown" in said
        editing.admin.configure("")
        await editing.taken(lambda: editing.xiaomi.write_text(MORE))

    with caplog.at_level(logging.INFO):
        edit(tmp_path, scenario)


def test_what_editors_leave_and_what_comes_to_the_same_is_passed_over(tmp_path: Path) -> None:
    async def scenario(editing: Editing) -> None:
        def litter() -> None:
            for name in (".xiaomi.yaml.swp", "xiaomi.yaml~", "4913", "#xiaomi.yaml#", "notes.txt"):
                (editing.xiaomi.parent / name).write_text("not: [a list")
            (editing.xiaomi.parent / ".#xiaomi.yaml").symlink_to("editor@host.1")
            (editing.admin.state / "other").write_text("x")
            editing.xiaomi.touch()
            by_replacing(editing.lists / "keep.yaml", (editing.lists / "keep.yaml").read_text())

        await editing.passed_over(litter)

    edit(tmp_path, scenario)


def test_a_file_that_is_saved_in_parts_is_read_when_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "PATIENCE", 30.0)  # however long saving takes here

    async def scenario(editing: Editing) -> None:
        before = editing.number
        for length in range(0, len(MORE), len(MORE) // 8):
            editing.xiaomi.write_text(MORE[:length])
            await asyncio.sleep(0.15)
            assert (editing.number, editing.admin.generations.last_error) == (before, "")
        await editing.taken(lambda: editing.xiaomi.write_text(MORE))

    edit(tmp_path, scenario)


def test_many_files_at_once_are_one_reload(tmp_path: Path) -> None:
    async def scenario(editing: Editing) -> None:
        def upgrade() -> None:
            for vendor in ("a", "b", "c"):
                text = MORE.replace("xiaomi", vendor, 1).replace("miui", f"miui-{vendor}")
                text = text.replace("xiaomi.", f"xiaomi-{vendor}.")
                (editing.lists / "vendors" / f"{vendor}.yaml").write_text(text)
            (editing.lists / "sources.yaml").write_text(SOURCES + "# more\n")

        await editing.taken(upgrade)
        await editing.passed_over(lambda: None)

    edit(tmp_path, scenario)


def test_a_folder_that_vanishes_and_comes_back(tmp_path: Path) -> None:
    async def scenario(editing: Editing) -> None:
        aside = tmp_path / "aside"
        shutil.copytree(editing.lists, aside)

        def replace() -> None:
            shutil.rmtree(editing.lists)
            aside.rename(editing.lists)

        await editing.passed_over(replace)
        said = await editing.refused(lambda: editing.lists.rename(aside))
        assert "no folder" in said
        before = editing.number
        (aside / "vendors" / "xiaomi.yaml").write_text(MORE)
        await editing.taken(lambda: aside.rename(editing.lists))
        assert editing.number == before + 1
        await editing.taken(lambda: editing.xiaomi.write_text(XIAOMI))

    edit(tmp_path, scenario)


def test_a_configuration_that_names_other_files_is_followed(tmp_path: Path) -> None:
    async def scenario(editing: Editing) -> None:
        own = tmp_path / "mine" / "vendors" / "xiaomi.yaml"
        own.parent.mkdir(parents=True)
        await editing.taken(lambda: editing.admin.configure(f"overlay: {tmp_path}/mine\n"))
        await editing.taken(lambda: own.write_text("vendor: xiaomi\ntitle: Mi\n"))
        await editing.passed_over(lambda: None)

    edit(tmp_path, scenario)


def test_without_events_a_look_now_and_then_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As on a full machine, where the kernel gives no watch."""

    def none_left(*places: Path, **how: object) -> NoReturn:
        raise OSError("no watch is left")

    monkeypatch.setattr("blocker.admin.watch.LOOK", 0.2)
    monkeypatch.setattr("blocker.admin.watch.awatch", none_left)

    async def scenario(editing: Editing) -> None:
        await editing.taken(lambda: editing.xiaomi.write_text(MORE))

    edit(tmp_path, scenario)
    assert "no watch is left" in caplog.text


def test_a_reload_by_request_is_not_made_again(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        watch = Watch(admin.generations)
        task = asyncio.create_task(watch.run())
        await asyncio.sleep(0.2)
        (tmp_path / "lists" / "vendors" / "xiaomi.yaml").write_text(MORE)
        assert (await watch.reload()).number == 2
        await asyncio.sleep(QUIET)
        assert admin.generations.current.number == 2
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    play(tmp_path, scenario)
