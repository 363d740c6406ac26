"""pause and resume, as called."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from blocker.asked.pause import Pause
from blocker.link import Generation
from blocker.tokens import TokenStore
from tests.support.backend import Admin, play


async def post(admin: Admin, path: str, body: Any) -> Any:
    token = TokenStore(admin.state).create(f"for-{path}", "admin")
    headers = {"Authorization": f"Bearer {token}"}
    response = await admin.client.post(f"/api/v1/{path}", json=body, headers=headers)
    assert response.status == 200
    return await response.json()


def test_a_pause_says_when_it_ends(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        told = await post(admin, "pause", {"for": "10m"})
        assert told["generation"] == 2
        left = datetime.fromisoformat(told["paused_until"]) - datetime.now(UTC)
        assert timedelta(minutes=9) < left <= timedelta(minutes=10)
        assert Generation.read(admin.state).paused_until is not None
        told = await post(admin, "resume", {})
        assert (told["generation"], told["paused_until"]) == (3, None)
        assert Generation.read(admin.state).paused_until is None

    play(tmp_path, scenario)


@pytest.mark.parametrize("text, seconds", [("30s", 30), ("10m", 600), ("1d", 86_400)])
def test_durations(text: str, seconds: int) -> None:
    assert Pause.model_validate({"for": text}).seconds == seconds


@pytest.mark.parametrize("text", ["", "10", "0s", "-1m", "1y", "5000d", "10 m", 600, None, []])
def test_what_is_no_duration(text: object) -> None:
    with pytest.raises(ValueError, match="for"):
        Pause.model_validate({"for": text})
