"""What becomes of a list is remembered with it. What can go wrong: tests/integration/."""

import asyncio
from pathlib import Path

from blocker.download.source import Source
from tests.support.downloading import desk, lines
from tests.support.webserver import answer, status


def test_failures_are_counted_until_one_succeeds(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.web.on("/list", status(500), status(500), answer(lines(3)), status(404))
        told = []
        for _ in range(4):
            outcome = at.refresh()
            record = at.record()
            told.append((outcome, record.failures, record.due_at - at.clock.now))
        assert told == [("failed", 1, 7.5), ("failed", 2, 15), ("new", 0, 3600), ("failed", 1, 7.5)]
        assert at.record().confirmed_at == at.clock.now


def test_an_error_is_one_short_line(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.is_a_list = lambda head: "a\nb\x1b[31m" + "c" * 1000
        at.web.on("/list", answer(lines(3)))
        at.refresh()
        error = at.record().last_error
        assert error.isprintable()
        assert error.startswith("it a b [31mccc")
        assert len(error) == 300


def test_a_state_folder_that_cannot_be_made(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.state.write_text("a file is in the way")
        assert at.refresh() == "failed"


def test_many_at_once_share_one_clock_and_no_file(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        sources = [at.source(f"/{number}", f"list{number}") for number in range(6)]
        for number, source in enumerate(sources):
            at.web.on(f"/{number}", answer(lines(number + 1)))
            assert source.is_download

        async def all_of_them() -> list[str]:
            downloads = at.downloads()
            return list(await asyncio.gather(*map(downloads.refresh, sources)))

        assert asyncio.run(all_of_them()) == ["new"] * 6
        for number, source in enumerate(sources):
            assert at.downloads().shelf.path(source.name).read_bytes() == lines(number + 1)


def test_a_copy_from_elsewhere_is_due(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.web.on("/list", answer(lines(3)))
        at.refresh()
        record = at.downloads().record(Source("one", "https://other.example/"))
        assert record.good == at.record().good
        assert (record.due_at, record.url) == (0, "https://other.example/")
