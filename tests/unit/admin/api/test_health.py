"""Alive is one thing, ready another."""

from dataclasses import replace
from pathlib import Path

from tests.support.backend import Admin, play


def test_alive_is_whoever_answers(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        response = await admin.client.get("/healthz")
        assert (response.status, await response.text()) == (200, "ok\n")

    play(tmp_path, scenario, tell=False)


def test_ready_is_when_every_worker_runs_what_is_in_force(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        response = await admin.client.get("/readyz")
        assert response.status == 503
        assert "generation 1" in await response.text()
        admin.hear()
        assert (await admin.client.get("/readyz")).status == 200
        admin.generations.current = replace(admin.generations.current, number=2)
        assert (await admin.client.get("/readyz")).status == 503

    play(tmp_path, scenario, tell=False)


def test_metrics_are_text(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        response = await admin.client.get("/metrics")
        assert response.status == 200
        assert "blocker_build_info" in await response.text()

    play(tmp_path, scenario)
