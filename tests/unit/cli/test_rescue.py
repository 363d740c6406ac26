"""`blocker rescue` over the control socket, where nobody sits at a terminal.

What is asked at one is in tests/e2e/test_rescue.py.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

from aiohttp import web
from typer.testing import CliRunner, Result

from blocker import control
from blocker.cli.app import app
from blocker.core.row import Kind, Row
from blocker.errors import BlockerError
from tests.support.backend import Admin, now, play

ANALYTICS = Kind("blocked", "block", "curated", "lists/vendors/xiaomi.yaml", "tracking.miui.com",
                 8, "xiaomi", "analytics", "none")  # fmt: skip
PHONE = "192.168.1.20"
NAME = "=tracking.miui.com"


async def run(admin: Admin, *arguments: str) -> Result:
    """The command, in another thread as it would be in another process."""
    runner = web.AppRunner(admin.client.app, access_log=None)
    await runner.setup()
    await web.SockSite(runner, control.bind(admin.state)).start()
    words = [*arguments, "-c", str(admin.config)]
    try:
        return await asyncio.to_thread(lambda: CliRunner().invoke(app, words))
    finally:
        await runner.cleanup()


def see(admin: Admin) -> None:
    admin.tell_rows(Row(int(now()), PHONE, "tracking.miui.com", 1, 0, ANALYTICS, 4))


def rules(admin: Admin) -> list[tuple[str, bool]]:
    return [(rule["text"], "until" in rule) for rule in admin.generations.current.rules]


def test_it_shows_and_changes_nothing_by_itself(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        see(admin)
        done = await run(admin, "rescue", "--client", PHONE)
        assert done.exit_code == 0, done.output
        assert "4 queries of 192.168.1.20 blocked in the last 10 minutes" in done.output
        assert f"blocker rescue --client {PHONE} --yes" in done.output
        assert rules(admin) == []

    play(tmp_path, scenario)


def test_yes_allows_what_is_proposed_and_says_what_comes_next(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        see(admin)
        done = await run(admin, "rescue", "--client", PHONE, "--yes", "--for", "2h")
        assert rules(admin) == [(NAME, True)]
        assert "it lapses by itself in 2h" in done.output
        assert f"blocker rescue --client {PHONE} --keep" in done.output
        again = await run(admin, "rescue", "--client", PHONE)
        assert f"{NAME} is allowed for {PHONE} until" in again.output
        assert "--yes" not in again.output, "there is nothing left to allow"

    play(tmp_path, scenario)


def test_keep_and_lapse(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        see(admin)
        await run(admin, "rescue", "--client", PHONE, "--yes")
        kept = await run(admin, "rescue", "--client", PHONE, "--keep")
        assert f"keep {NAME} for {PHONE}" in kept.output
        assert rules(admin) == [(NAME, False)]
        await admin.ask("POST", "rescue", {"client": PHONE, "names": "b.example"})
        await run(admin, "rescue", "--client", PHONE, "--lapse")
        assert rules(admin) == [(NAME, False)]

    play(tmp_path, scenario)


def test_json_is_one_object_and_nothing_else(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        see(admin)
        told: Any = json.loads((await run(admin, "rescue", "--client", PHONE, "--json")).output)
        assert (told["blocked"], told["proposal"]) == (4, [NAME])
        assert rules(admin) == []
        done = await run(admin, "rescue", "--client", PHONE, "--json", "--yes")
        assert [each["name"] for each in json.loads(done.output)["pending"]] == [NAME]

    play(tmp_path, scenario)


def test_what_makes_no_sense_is_refused_in_words(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        for words, said in (
            (("--client", "phone"), "phone is not an address"),
            (("--client", PHONE, "--keep"), "nothing is allowed for a while"),
            (("--client", PHONE, "--keep", "--lapse"), "opposites"),
        ):
            done = await run(admin, "rescue", *words)
            assert isinstance(done.exception, BlockerError)
            assert said in str(done.exception)

    play(tmp_path, scenario)
