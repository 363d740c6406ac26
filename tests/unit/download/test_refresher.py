"""What is due and who is told, as far as no server is needed. The rest: tests/integration/."""

import asyncio
from pathlib import Path

import pytest

from blocker.download.refresher import Refresher
from blocker.download.shown import Progress
from blocker.download.source import DownloadError, Source
from tests.support.downloading import desk


def test_files_are_shown_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("a.example\n")
    with desk(tmp_path) as at:

        async def run() -> None:
            async def never() -> None:
                raise AssertionError

            refresher = Refresher(lambda: [Source("one", str(file))], at.downloads(), never)
            running = asyncio.timeout(0.2)
            with pytest.raises(TimeoutError):
                async with running:
                    await refresher.run()
            assert [shown.state for shown in refresher.shown()] == ["file"]
            with pytest.raises(DownloadError, match="is read at every reload"):
                refresher.refresh("one")

        asyncio.run(run())
        assert not at.web.log


def test_only_configured_names_are_known(tmp_path: Path) -> None:
    with desk(tmp_path) as at:

        async def run() -> None:
            async def never() -> None:
                raise AssertionError

            refresher = Refresher(lambda: [at.source()], at.downloads(), never)
            assert refresher.source("one") == at.source()
            for name in ("two", "../one", "one/", ".", "%2e%2e", "/etc/passwd", "one\0"):
                for do in (refresher.source, refresher.refresh, refresher.accept):
                    with pytest.raises(KeyError):
                        do(name)

        asyncio.run(run())


def test_nothing_is_accepted_while_the_list_is_under_way(tmp_path: Path) -> None:
    """A thread may be moving the same files. With a server: tests/integration/."""
    with desk(tmp_path) as at:

        async def never() -> None:
            raise AssertionError

        async def run() -> None:
            refresher = Refresher(lambda: [at.source()], at.downloads(), never)
            refresher.under_way["one"] = Progress()
            with pytest.raises(DownloadError, match="one is being downloaded just now"):
                refresher.accept("one")
            del refresher.under_way["one"]
            with pytest.raises(DownloadError, match="nothing is held back"):
                refresher.accept("one")

        asyncio.run(run())
