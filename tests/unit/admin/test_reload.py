"""Generations: all or nothing, numbers that grow, and a way back when a worker cannot."""

import asyncio
import errno
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from blocker.admin import reload as reloading
from blocker.admin.reload import Generations, NotTaken
from blocker.errors import Problems
from blocker.link import Generation
from blocker.store import Edit, Key, Store, read_configured
from blocker.store.settings import Value
from tests.support.backend import Admin, play
from tests.support.certificates import certificates, expired

BLOCKED: Mapping[Key, Value] = {Key("rule", "a.example"): {"action": "block"}}


def test_a_reload_is_in_force_when_it_returns(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        admin.configure("rules: {block: [a.example]}\n")
        generation = await admin.generations.reload()
        assert generation.number == 2
        assert Generation.read(admin.state) == generation
        assert generation.rules[0]["text"] == "a.example"
        assert admin.worker.tally.generation == 2
        assert admin.generations.in_force.rules == {
            "user": 1, "keep": 1, "curated": 2, "subscription": 0, "zone": 1,
        }  # fmt: skip

    play(tmp_path, scenario)


def test_an_error_changes_nothing_and_is_remembered(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        before = admin.generations.current
        admin.configure("unknown: 1\n")
        with pytest.raises(Problems, match="unknown"):
            await admin.generations.reload()
        assert admin.generations.current is before
        assert Generation.read(admin.state) == before
        assert "unknown" in admin.generations.last_error
        admin.configure("")
        await admin.generations.reload()
        assert admin.generations.last_error == ""

    play(tmp_path, scenario)


def test_where_no_child_can_be_started_nothing_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_room(_: Path | None) -> NoReturn:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    async def scenario(admin: Admin) -> None:
        monkeypatch.setattr(reloading, "prepare_aside", no_room)
        await admin.generations.reload_and_log()
        assert "Resource temporarily unavailable" in admin.generations.last_error
        assert admin.generations.current.number == 1

    play(tmp_path, scenario)


def test_what_a_worker_refuses_is_taken_back(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        admin.configure("rules: {block: [a.example]}\n")
        admin.worker.refuses = "no room"
        with pytest.raises(NotTaken, match="worker 0: no room"):
            await admin.generations.reload()
        now = Generation.read(admin.state)
        assert (now.number, now.rules) == (3, [])
        assert admin.generations.last_error == "worker 0: no room"
        await asyncio.sleep(0.05)
        assert admin.worker.tally.generation == 3

    play(tmp_path, scenario)


def test_a_worker_that_is_down_holds_nothing_up_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reloading, "PATIENCE", 0.1)

    async def scenario(admin: Admin) -> None:
        admin.worker.silent = True
        assert (await admin.generations.reload()).number == 2

    play(tmp_path, scenario)


def test_a_folder_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        (admin.state / f".generation.json.{os.getpid()}").mkdir()
        with pytest.raises(NotTaken, match="cannot write"):
            await admin.pause(60)
        assert admin.generations.current.number == 1

    play(tmp_path, scenario)


def test_a_pause_ends_by_itself_or_by_resume(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        generations = admin.generations
        assert generations.paused_for() == 0
        await admin.pause(60)
        assert 59 < generations.paused_for() <= 60
        await admin.change({Key("pause"): None})
        assert generations.paused_for() == 0
        await admin.pause(0.05)
        await asyncio.sleep(0.1)
        assert generations.paused_for() == 0

    play(tmp_path, scenario)


def test_a_reload_does_not_end_a_pause(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await admin.pause(60)
        await admin.generations.reload()
        assert admin.generations.paused_for() > 58

    play(tmp_path, scenario)


def test_changes_come_one_after_the_other(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        reloads = [admin.generations.reload() for _ in range(2)]
        await asyncio.gather(admin.pause(60), *reloads, admin.change(BLOCKED))
        assert admin.generations.current.number == 5
        assert admin.generations.paused_for() > 0
        assert names(admin.generations.current) == ["a.example"]

    play(tmp_path, scenario)


def test_a_change_is_in_force_when_it_is_answered(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await admin.change(BLOCKED)
        assert names(Generation.read(admin.state)) == ["a.example"]
        assert admin.worker.tally.generation == 2
        assert admin.generations.in_force.rules["user"] == 1
        await admin.change(BLOCKED)  # is so already
        assert admin.generations.current.number == 2

    play(tmp_path, scenario)


def test_a_change_holds_over_a_reload_and_a_reload_over_a_change(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await admin.change(BLOCKED)
        admin.configure("rules: {block: [b.example]}\n")
        await admin.generations.reload()
        assert names(admin.generations.current) == ["b.example", "a.example"]
        await admin.change({**BLOCKED, Key("rule", "c.example"): {"action": "allow"}})
        assert names(admin.generations.current) == ["b.example", "a.example", "c.example"]

    play(tmp_path, scenario)


def test_a_change_that_a_worker_refuses_was_never_made(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        admin.worker.refuses = "no room"
        with pytest.raises(NotTaken, match="worker 0: no room"):
            await admin.change(BLOCKED)
        assert names(Generation.read(admin.state)) == []
        assert len(admin.generations.settings) == 0
        assert admin.generations.store.changes() == []
        await admin.change(BLOCKED)
        assert names(admin.generations.current) == ["a.example"]

    play(tmp_path, scenario)


def test_what_a_worker_refused_is_not_configured_either(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        admin.configure("rules: {block: [b.example]}\n")
        admin.worker.refuses = "no room"
        with pytest.raises(NotTaken):
            await admin.generations.reload()
        await admin.change(BLOCKED)
        assert names(admin.generations.current) == ["a.example"]
        configured = read_configured(admin.state)
        assert configured is not None
        assert names(configured) == []

    play(tmp_path, scenario)


def test_a_successor_goes_on_where_the_one_before_was_killed(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        admin.configure("rules: {block: [b.example]}\n")
        await admin.generations.reload()
        edit = Edit("kept, and then killed", BLOCKED)
        Store(admin.state).apply(edit, "test", 0)
        successor = Generations(admin.generations.plan, admin.backend.roster)
        await successor.catch_up_and_log()
        assert names(Generation.read(admin.state)) == ["b.example", "a.example"]
        number = successor.current.number
        admin.worker.tally = replace(admin.worker.tally, generation=1)  # it was never told
        await successor.catch_up_and_log()
        assert successor.current.number == number
        async with asyncio.timeout(2):
            while admin.worker.tally.generation != number:  # noqa: ASYNC110 - as it is told
                await asyncio.sleep(0.01)

    play(tmp_path, scenario)


PEM, KEY = certificates() / "server.pem", certificates() / "server.key"


def names(generation: Generation) -> list[str]:
    return [rule["text"] for rule in generation.rules]


def test_what_takes_a_restart(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        encrypted = f"{{certificate: {PEM}, key: {KEY}, https: []}}"
        admin.configure(
            f"dns: {{workers: 2, encrypted: {encrypted}}}\n"
            "admin: {listen: '127.0.0.1:9'}\nuser: nobody\n"
        )
        await admin.generations.reload()
        assert admin.generations.needs_restart() == [
            "dns.encrypted.tls", "dns.workers", "admin.listen", "user",
        ]  # fmt: skip

    play(tmp_path, scenario)


def test_a_certificate_of_the_past_keeps_no_reload_from_being_taken(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(admin: Admin) -> None:
        pem, key = expired(tmp_path)
        admin.configure(
            f"dns: {{encrypted: {{certificate: {pem}, key: {key}}}}}\n"
            "rules: {block: [a.example]}\n"
        )
        await admin.generations.reload()
        assert names(admin.generations.current) == ["a.example"]
        assert "certificate has expired" in caplog.text

    play(tmp_path, scenario)


def test_a_hang_up_has_nobody_to_answer_to_but_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(admin: Admin) -> None:
        admin.configure("dns: {workers: 2}\n")
        await admin.generations.reload_and_log()
        assert "restart is needed for dns.workers" in caplog.text
        admin.configure("unknown: 1\n")
        await admin.generations.reload_and_log()
        assert f"{admin.config}:4" in caplog.text

    play(tmp_path, scenario)
