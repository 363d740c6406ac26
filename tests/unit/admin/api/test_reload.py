"""reload, as called."""

from pathlib import Path
from typing import Any

from blocker.tokens import TokenStore
from tests.support.backend import Admin, play


async def reload(admin: Admin, status: int) -> Any:
    token = TokenStore(admin.state).create(f"for-{status}", "admin")
    headers = {"Authorization": f"Bearer {token}"}
    response = await admin.client.post("/api/v1/reload", headers=headers)
    assert response.status == status
    return await response.json()


def test_what_is_known_now_and_what_takes_a_restart(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        admin.configure("rules: {block: [a.example]}\ndns: {workers: 3}\n")
        assert await reload(admin, 200) == {
            "generation": 2,
            "rules": {"user": 1, "keep": 1, "curated": 2, "subscription": 0, "zone": 1},
            "needs_restart": ["dns.workers"],
        }

    play(tmp_path, scenario)


def test_every_fault_with_its_line(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        admin.configure("unknown: 1\nblocking: {ttl: soon}\n")
        told = await reload(admin, 422)
        assert [(error["line"], error["where"]) for error in told["errors"]] == [
            (4, "unknown"),
            (5, "blocking.ttl"),
        ]
        assert admin.generations.current.number == 1

    play(tmp_path, scenario)


def test_a_worker_that_cannot_take_it(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        admin.worker.refuses = "no room"
        assert (await reload(admin, 422))["detail"] == "worker 0: no room"

    play(tmp_path, scenario)
