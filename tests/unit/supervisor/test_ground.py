"""What children start from, damaged in every way while a server runs: there again, or elsewhere."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from blocker.admin.plan import Plan
from blocker.errors import StartError
from blocker.link import Generation
from blocker.ruleset import verify
from blocker.spare import remove_spare
from blocker.store import Edit, Key, Store
from blocker.supervisor import ground as grounds
from blocker.supervisor.ground import LEAP, Ground, Mended
from blocker.supervisor.start import _with_first_generation
from tests.support.backend import first_plan


class Running:
    """A server's files, and what its supervisor holds."""

    def __init__(self, folder: Path) -> None:
        made = first_plan(folder, "rules: {block: [configured.example]}\n")
        self.state = Path(made.state)
        self.ground = Ground(_with_first_generation(made, self.state), made.generation)
        self.ruleset = Path(self.generation().ruleset)
        self.number = self.generation().number

    @property
    def plan(self) -> Plan:
        return self.ground.plan

    def generation(self) -> Generation:
        return Generation.read(self.plan.running)

    def rules(self) -> list[str]:
        return [rule["text"] for rule in self.generation().rules]

    def is_sound(self) -> bool:
        verify(Path(self.generation().ruleset))
        return self.rules()[0] == "configured.example"


@pytest.fixture
def running(tmp_path: Path) -> Running:
    return Running(tmp_path)


def test_what_is_well_is_left_alone(running: Running) -> None:
    for whole in (False, True):
        assert running.ground.mend(whole=whole) is Mended.NOTHING
    assert running.generation().number == running.number


DAMAGE: dict[str, Callable[[Running], object]] = {
    "generation garbled": lambda r: (r.state / "generation.json").write_bytes(b"\0\xff{"),
    "generation of another release": lambda r: (r.state / "generation.json").write_text("[1]"),
    "generation deleted": lambda r: (r.state / "generation.json").unlink(),
    "ruleset deleted": lambda r: r.ruleset.unlink(),
    "rulesets deleted": lambda r: shutil.rmtree(r.ruleset.parent),
    "another file in its place": lambda r: replaced(r.ruleset),
    "all deleted": lambda r: shutil.rmtree(r.state),
}


def replaced(path: Path) -> None:
    path.unlink()
    path.write_bytes(bytes(10_000))


@pytest.mark.parametrize("how", DAMAGE)
def test_what_is_damaged_is_written_anew_with_one_line(
    running: Running, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    DAMAGE[how](running)
    assert running.ground.mend(whole=False) is Mended.ANEW
    assert running.is_sound()
    assert running.generation().number == running.number + LEAP
    (said,) = caplog.messages
    assert said.endswith(f"it was written anew in {running.state}, so that names resolve")
    assert running.ground.mend(whole=True) is Mended.NOTHING


def test_what_was_changed_is_in_it(running: Running) -> None:
    store = Store(running.state)
    store.apply(Edit("test", {Key("rule", "changed.example"): {"action": "block"}}), "test", 0)
    store.close()
    (running.state / "generation.json").write_text("{")
    running.ground.mend(whole=False)
    assert running.rules() == ["configured.example", "changed.example"]


def test_numbers_grow_from_the_last_that_was_seen(running: Running) -> None:
    replace(running.generation(), number=41).write(running.state)
    running.ground.mend(whole=False)
    (running.state / "generation.json").unlink()
    running.ground.mend(whole=False)
    assert running.generation().number == 41 + LEAP


def test_the_last_ruleset_that_was_seen_is_held(running: Running) -> None:
    newer = running.ruleset.with_name("newer.ruleset")
    shutil.copy(running.ruleset, newer)
    replace(running.generation(), ruleset=str(newer)).write(running.state)
    assert running.ground.mend(whole=False) is Mended.NOTHING
    shutil.rmtree(running.state)
    running.ground.mend(whole=False)
    assert Path(running.generation().ruleset) == newer
    assert running.is_sound()


def test_octets_that_are_gone_are_compiled_again(running: Running) -> None:
    content = running.ruleset.read_bytes()
    running.ruleset.write_bytes(bytes(1000) + content[1000:])  # in place, and with its header
    assert running.ground.mend(whole=False) is Mended.NOTHING
    assert running.ground.mend(whole=True) is Mended.ANEW
    assert running.is_sound()
    assert running.ruleset.read_bytes() == content


def test_where_nothing_can_be_written_it_is_in_memory(running: Running) -> None:
    shutil.rmtree(running.state)
    running.state.touch()  # root may write anywhere
    try:
        assert running.ground.mend(whole=False) is Mended.ELSEWHERE
        assert running.plan.running != running.state
        assert running.is_sound()
        assert Path(running.generation().ruleset).is_relative_to(running.plan.running.parent)
        assert running.ground.mend(whole=True) is Mended.NOTHING
        shutil.rmtree(running.plan.running.parent)
        assert running.ground.mend(whole=False) is Mended.ANEW
        assert running.is_sound()
        assert running.plan.running.stat().st_mode & 0o777 == 0o700
    finally:
        remove_spare(running.state, Path("/"))


def test_what_cannot_be_helped_ends_nobody(
    running: Running, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def none(_: Path) -> NoReturn:
        raise StartError("there is no room anywhere")

    shutil.rmtree(running.state)
    running.state.touch()
    monkeypatch.setattr(grounds, "spare_run", none)
    assert running.ground.mend(whole=False) is Mended.NOTHING
    assert "could not be written anew: there is no room anywhere" in caplog.text
