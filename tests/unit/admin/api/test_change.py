"""A change over the API: answered when it is kept and taken, under the name of who asked."""

from pathlib import Path

from blocker.admin.api.change import moment, present_of, wall_clock
from tests.support.backend import Admin, now, play

BLOCK = {"action": "block", "name": "a.example"}


def test_the_answer_comes_when_it_is_in_force(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        told = await admin.ask("POST", "rules", BLOCK)
        assert told == {"change": 1, "what": "block a.example", "generation": 2}
        assert admin.worker.tally.generation == 2
        assert admin.generations.store.changes()[0].who == "tester"
        told = await admin.ask("POST", "rules", BLOCK)
        assert told == {"change": None, "what": "block a.example", "generation": 2}

    play(tmp_path, scenario)


def test_what_a_worker_cannot_take_is_not_kept(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        admin.worker.refuses = "no room"
        told = await admin.ask("POST", "rules", BLOCK, status=422)
        assert told["detail"] == "worker 0: no room"
        assert admin.generations.store.changes() == []
        assert (await admin.ask("GET", "rules"))["rules"] == []

    play(tmp_path, scenario)


def test_what_it_is_checked_against(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        present = present_of(admin.generations)
        assert list(present.vendors) == ["xiaomi"]
        assert present.groups == ["default"]
        assert abs(present.now - now()) < 5
        assert abs(wall_clock() - now()) < 5

    play(tmp_path, scenario)


def test_moments() -> None:
    assert moment(None) is None
    told = moment(0)
    assert told is not None
    assert told.isoformat() == "1970-01-01T00:00:00+00:00"
