"""The steps of `serve`, one by one; all of them together are tested end to end."""

import errno
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from blocker.admin.plan import Plan
from blocker.errors import Problems, StartError
from blocker.link import Encrypted, Generation
from blocker.store import Edit, Key, Store, read_configured
from blocker.store.settings import Value
from blocker.supervisor import serve, start
from tests.support.backend import first_plan
from tests.support.plans import generation, plan


@pytest.mark.parametrize("host", ["127.0.0.1", "127.5.5.5", "::1"])
def test_admin_for_this_machine_alone_needs_no_token(host: str) -> None:
    start._must_be_guarded(plan(admin=(host, 8053)))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "2001:db8::1"])
def test_admin_for_others_needs_one(host: str) -> None:
    with pytest.raises(StartError, match="no token guards it"):
        start._must_be_guarded(plan(admin=(host, 8053)))
    start._must_be_guarded(plan(admin=(host, 8053), tokens=True))


@pytest.fixture
def first(tmp_path: Path) -> tuple[Plan, Path]:
    made = first_plan(tmp_path)
    state = Path(made.state)
    (state / "generation.json").unlink()
    return made, state


def test_numbers_grow_over_restarts_and_what_was_changed_goes_on(first: tuple[Plan, Path]) -> None:
    made, state = first
    assert start._with_first_generation(made, state).generation.number == 1
    replace(Generation.read(state), number=41).write(state)
    values: dict[Key, Value | None] = {
        Key("pause"): {"until": 9e9},
        Key("rule", "a.example"): {"action": "block"},
    }
    store = Store(state)
    store.apply(Edit("test", values), "test", 0)
    store.close()
    begun = start._with_first_generation(made, state).generation
    assert (begun.number, begun.paused_until) == (42, 9e9)
    assert [rule["text"] for rule in begun.rules] == ["a.example"]
    assert Generation.read(state) == begun
    assert read_configured(state) == made.generation


def test_damaged_changes_stop_nothing(
    first: tuple[Plan, Path], caplog: pytest.LogCaptureFixture
) -> None:
    made, state = first
    (state / "changes.db").write_bytes(b"not a database, but long enough to be looked at" * 100)
    assert start._with_first_generation(made, state).generation.rules == []
    assert "changes.db is damaged" in caplog.text


def test_a_damaged_generation_stops_nothing(first: tuple[Plan, Path]) -> None:
    made, state = first
    (state / "generation.json").write_text("{")
    assert start._with_first_generation(made, state).generation.number == 1


def test_a_state_folder_that_cannot_be_written(first: tuple[Plan, Path]) -> None:
    made, state = first
    (state / f".generation.json.{os.getpid()}").mkdir()
    with pytest.raises(StartError, match="make it writable for this user"):
        start._with_first_generation(made, state)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
def test_a_disk_that_has_failed_stops_nothing(
    first: tuple[Plan, Path],
    number: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    made, state = first
    spare = state.parent / "spare"
    spare.mkdir()
    writing = start._write

    def failing(configured: Generation, generation: Generation, folder: Path) -> None:
        if folder == state:
            raise OSError(number, os.strerror(number))
        writing(configured, generation, folder)

    monkeypatch.setattr(start, "_write", failing)
    monkeypatch.setattr(start, "spare_run", lambda _: spare)
    begun = start._with_first_generation(made, state)
    assert begun.running == spare
    assert Generation.read(spare) == begun.generation
    assert os.strerror(number) in caplog.text


@pytest.fixture
def signals() -> Iterator[None]:
    """As they were, after a `serve` in this process."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    yield
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


@pytest.mark.usefixtures("signals")
def test_what_is_wrong_is_known_before_anything_is_bound(tmp_path: Path) -> None:
    path = tmp_path / "blocker.yaml"
    path.write_text("unknown: 1\n")
    said: list[str] = []
    with pytest.raises(Problems, match="unknown"):
        serve(path, said.append)
    assert said == []


@pytest.mark.usefixtures("signals")
def test_a_hang_up_while_it_compiles_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    def compiling(*_: object, **__: object) -> NoReturn:
        # To this thread: another test's may still be there, and would take it.
        signal.pthread_kill(threading.get_ident(), signal.SIGHUP)
        assert signal.sigpending() == {signal.SIGHUP}
        assert signal.sigwait({signal.SIGHUP}) == signal.SIGHUP
        raise StartError("compiled long enough")

    monkeypatch.setattr(start, "prepare", compiling)
    with pytest.raises(StartError, match="long enough"):
        serve(None)


def test_a_key_that_the_server_cannot_read_is_said(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    given = Encrypted(certificate=str(key), key=str(key), name="dns.home.example")
    made = plan(generation=generation(encrypted=given))
    said = list(start._unreadable(made))
    assert "key.pem, so nobody is answered encrypted; let its group" in said[0]
    assert not list(start._unreadable(replace(made, warnings=["there is no file key.pem"])))
    key.touch()
    assert not list(start._unreadable(made))
    assert not list(start._unreadable(plan()))


def test_who_has_no_name_has_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4_242_424)
    assert start._own_name() == "4242424"
