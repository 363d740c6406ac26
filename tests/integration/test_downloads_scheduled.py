"""The lists of a server: fetched when due, four at a time, and told of once; nobody waits."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from blocker.download.refresher import Refresher
from blocker.download.source import DownloadError, Source
from tests.support.downloading import HOST, Desk, desk, lines
from tests.support.webserver import WebServer, answer, raw, slow, status

GOOD = lines(100)


class Told:
    """What on_change was called with: which copies there were."""

    def __init__(self, at: Desk) -> None:
        self.times: list[list[str]] = []
        self._folder = at.state / "lists"

    async def __call__(self) -> None:
        self.times.append(sorted(path.stem for path in self._folder.glob("*.list")))


Scenario = Callable[[Refresher, Told], Awaitable[None]]


def play(at: Desk, sources: list[Source], scenario: Scenario) -> None:
    async def run() -> None:
        told = Told(at)
        refresher = Refresher(lambda: sources, at.downloads(), told)
        async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
            running = tasks.create_task(refresher.run())
            await scenario(refresher, told)
            running.cancel()

    asyncio.run(run())


async def until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110 - what is waited for is anything
        await asyncio.sleep(0.01)


def states(refresher: Refresher) -> dict[str, str]:
    return {shown.name: shown.state for shown in refresher.shown()}


def test_at_first_start_all_are_fetched_and_told_of_once(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        names = ["one", "two", "three"]
        for name in names:
            at.web.on(f"/{name}", slow(GOOD, 0.2))
        sources = [at.source(f"/{name}", name) for name in names]

        async def scenario(refresher: Refresher, told: Told) -> None:
            assert set(states(refresher).values()) == {"missing"}
            await until(lambda: "loading" in states(refresher).values() or told.times)
            await until(lambda: told.times)
            await asyncio.sleep(0.1)
            assert told.times == [sorted(names)]
            assert set(states(refresher).values()) == {"current"}

        play(at, sources, scenario)


def test_four_at_a_time(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        names = [f"list{number}" for number in range(9)]
        for name in names:
            at.web.on(f"/{name}", slow(GOOD, 0.1))
        sources = [at.source(f"/{name}", name) for name in names]

        async def scenario(refresher: Refresher, told: Told) -> None:
            await until(lambda: "waiting" in states(refresher).values())
            await until(lambda: told.times)
            assert told.times == [names]

        play(at, sources, scenario)
        assert at.web.most_at_once == 4


def test_only_what_is_due(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.web.on("/one", answer(GOOD))
        at.web.on("/two", answer(GOOD))
        at.run(lambda downloads: downloads.refresh(at.source("/one", "one")))

        async def scenario(refresher: Refresher, told: Told) -> None:
            await until(lambda: told.times)
            assert len(at.web.asked("/one")) == 1
            at.clock.now += 4000
            refresher.look()
            await until(lambda: len(at.web.asked("/two")) == 2)
            await until(lambda: not refresher.under_way)
            assert len(at.web.asked("/one")) == 2
            assert len(told.times) == 1  # both came as they were

        play(at, [at.source("/one", "one"), at.source("/two", "two")], scenario)


def test_asked_for_by_name(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.web.on("/list", answer(GOOD), slow(lines(90), 0.2))
        at.refresh()
        file = Source("file", str(tmp_path / "file.txt"))

        async def scenario(refresher: Refresher, told: Told) -> None:
            refresher.refresh("one")
            await until(lambda: refresher.under_way)
            refresher.refresh("one")  # it is under way: not a second time
            await until(lambda: told.times)
            assert len(at.web.log) == 2
            with pytest.raises(DownloadError, match=r"file is the file .*, which is read at every"):
                refresher.refresh("file")
            for name in ("other", "../one", "/etc/passwd", "", "one.list"):
                with pytest.raises(KeyError):
                    refresher.refresh(name)
                with pytest.raises(KeyError):
                    refresher.accept(name)

        play(at, [at.source(), file], scenario)


def test_what_shrank_is_told_of_when_it_is_accepted(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.web.on("/list", answer(GOOD), answer(lines(3)))
        at.refresh()

        async def scenario(refresher: Refresher, told: Told) -> None:
            with pytest.raises(DownloadError, match="nothing is held back"):
                refresher.accept("one")
            refresher.refresh("one")
            await until(lambda: states(refresher) == {"one": "held"})
            assert not told.times
            assert at.copy == GOOD
            refresher.accept("one")
            await until(lambda: told.times)
            assert at.copy == lines(3)
            assert states(refresher) == {"one": "current"}

        play(at, [at.source()], scenario)


def test_nothing_is_accepted_while_the_list_is_under_way(tmp_path: Path) -> None:
    """A thread may be moving the same files."""
    with desk(tmp_path) as at:
        at.web.on("/list", answer(GOOD), answer(lines(3)), slow(lines(4), 0.2))
        at.refresh()
        at.refresh()

        async def scenario(refresher: Refresher, told: Told) -> None:
            refresher.refresh("one")
            await until(lambda: refresher.under_way)
            with pytest.raises(DownloadError, match="one is being downloaded just now"):
                refresher.accept("one")
            await until(lambda: not refresher.under_way)
            assert at.copy == GOOD
            refresher.accept("one")
            await until(lambda: told.times)
            assert at.copy == lines(4)

        play(at, [at.source()], scenario)


def test_what_fails_is_tried_again_sooner_than_usual(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.web.on("/list", status(500), status(500), answer(GOOD))

        async def scenario(refresher: Refresher, told: Told) -> None:
            for tries, wait in ((1, 7.5), (2, 15.0)):
                await until(lambda tries=tries: len(at.web.log) == tries)  # type: ignore[misc]
                await until(lambda: not refresher.under_way)
                (shown,) = refresher.shown()
                assert shown.next_at == at.clock.now + wait
                assert shown.error == "the server answers 500 Internal Server Error"
                assert shown.alarm == "there is no copy of it, so it blocks nothing"
                at.clock.now += wait
                refresher.look()
            await until(lambda: told.times)

        play(at, [at.source()], scenario)


def test_a_mirror_on_this_machine(tmp_path: Path) -> None:
    """An address the user wrote himself may be any, and http is enough for loopback."""
    with desk(tmp_path) as at, WebServer("127.0.0.1", https=False) as mirror:
        mirror.on("/list", answer(GOOD))
        literal = Source("literal", mirror.url("/list"), size=1 << 20)
        named = replace(literal, name="named", source=mirror.url("/list", host="localhost"))

        async def scenario(refresher: Refresher, told: Told) -> None:
            await until(lambda: told.times == [["literal", "named"]])

        play(at, [literal, named], scenario)
        assert not at.upstream.log


@pytest.mark.parametrize("host", [HOST, "192.168.1.1", "10.0.0.1", "[fd00::1]"])
def test_http_is_for_this_machine_only(tmp_path: Path, host: str) -> None:
    with desk(tmp_path) as at:
        source = Source("one", f"http://{host}/list")
        assert at.run(lambda downloads: downloads.refresh(source)) == "failed"
        error = at.downloads().record(source).last_error
        assert error.endswith(f"write https://{host}/list")
        assert not at.upstream.log


def test_a_change_that_cannot_be_put_in_force_ends_nothing(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.web.on("/list", answer(GOOD), answer(lines(99)))
        calls = []

        async def fails() -> None:
            calls.append(1)
            raise OSError("no room")

        async def run() -> None:
            refresher = Refresher(lambda: [at.source()], at.downloads(), fails)
            async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
                running = tasks.create_task(refresher.run())
                await until(lambda: calls)
                refresher.refresh("one")
                await until(lambda: len(calls) == 2)
                running.cancel()

        asyncio.run(run())


def test_one_list_that_fails_does_not_hold_up_another(tmp_path: Path) -> None:
    """blocky's lists/list_cache_test.go: a source that does not exist beside one that serves."""
    with desk(tmp_path) as at:
        at.upstream.on("nowhere.example", "rcode:3")
        at.web.on("/list", answer(GOOD))
        gone = Source("gone", "https://nowhere.example/list", refresh=3600)

        async def scenario(refresher: Refresher, told: Told) -> None:
            await until(lambda: told.times)
            assert told.times == [["one"]]
            await until(lambda: states(refresher) == {"gone": "missing", "one": "current"})

        play(at, [gone, at.source()], scenario)


def test_a_server_that_is_silent_is_asked_again(tmp_path: Path) -> None:
    """blocky's lists/downloader_test.go: after three requests the error is still a passing one."""
    with desk(tmp_path) as at:
        at.web.on("/list", answer(GOOD), raw(then="hang"))
        at.refresh()

        async def scenario(refresher: Refresher, told: Told) -> None:
            for tries in (1, 2, 3):
                at.clock.now += 4000
                refresher.look()
                await until(lambda tries=tries: len(at.web.log) == 1 + tries)  # type: ignore[misc]
                await until(lambda: not refresher.under_way)
            (shown,) = refresher.shown()
            assert (shown.state, shown.error) == ("failing", "the server says nothing for 0.3 s")
            assert shown.next_at is not None
            assert not told.times

        play(at, [at.source()], scenario)
        assert at.copy == GOOD
