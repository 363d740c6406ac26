"""What was set for a while ends by itself, and an error does not end the ending."""

import asyncio
from pathlib import Path

import pytest

from blocker.admin import lapse
from blocker.admin.lapse import lapse_when_due
from blocker.store import Key
from tests.support.backend import Admin, now, play


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lapse, "EVERY", 0.02)


async def until_lapsed(admin: Admin) -> None:
    task = asyncio.get_running_loop().create_task(lapse_when_due(admin.generations))
    try:
        async with asyncio.timeout(3):
            while any(each.until for each in admin.generations.settings):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.1)
    finally:
        task.cancel()


@pytest.mark.quiet
def test_it_leaves_the_settings_and_what_it_hid_is_back(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        admin.configure("rules: {allow: [a.example]}\n")
        await admin.generations.reload()
        for_a_while = {"action": "block", "until": now() + 0.3}
        await admin.change({Key("temporary", "a.example"): for_a_while})
        assert [rule["action"] for rule in admin.generations.current.rules] == ["block"]
        await until_lapsed(admin)
        assert [rule["action"] for rule in admin.generations.current.rules] == ["allow"]
        newest = admin.generations.store.changes(1)[0]
        assert (newest.who, newest.kind) == ("time", "lapse")

    play(tmp_path, scenario)


def test_an_error_is_told_once_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(admin: Admin) -> None:
        await admin.pause(0.05)
        admin.worker.refuses = "no room"
        await until_lapsed(admin)

    play(tmp_path, scenario)
    assert caplog.text.count("no room") == 1
