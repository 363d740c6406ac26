"""A stream stands in openapi.json as what it is, and there is a bound on how many listen."""

from pathlib import Path

import pytest

from blocker.admin.api import stream
from tests.support.backend import Admin, play


def test_openapi_says_what_it_sends(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        told = await admin.ask("GET", "openapi.json")
        content = told["paths"]["/api/v1/queries/live"]["get"]["responses"]["200"]["content"]
        assert list(content) == ["text/event-stream"]

    play(tmp_path, scenario)


def test_too_many_are_told_to_come_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST", 0)

    async def scenario(admin: Admin) -> None:
        told = await admin.ask("GET", "queries/live", status=503)
        assert "come again later" in told["detail"]

    play(tmp_path, scenario)
