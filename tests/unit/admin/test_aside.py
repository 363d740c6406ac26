"""What works aside gives way at once, and is done all the same."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from blocker.admin import aside
from blocker.admin.aside import run_aside

pytestmark = pytest.mark.alone
PATIENCE = 0.5  # seconds; a test has less than a server
COMPUTE = """
import os, sys, time
until = time.process_time() + 0.4
while time.process_time() < until: pass
print(os.sched_getscheduler(0), os.getpriority(os.PRIO_PROCESS, 0), sys.stdin.read())
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Of a module that computes for 0.4 s, then says how it is scheduled and what it was given."""
    (tmp_path / "compute.py").write_text(COMPUTE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "compute"


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """All happens on one core, and another process never leaves it."""
    monkeypatch.setattr(aside, "PATIENCE", PATIENCE)
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    spinner = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        spinner.kill()
        spinner.wait()
        os.sched_setaffinity(0, cores)


def test_on_a_machine_that_idles_it_takes_idle_time_only(program: str) -> None:
    code, output, errors = asyncio.run(run_aside(program, given=b"it"))
    assert (code, output.split(), errors) == (0, [str(os.SCHED_IDLE).encode(), b"0", b"it"], b"")


@pytest.mark.usefixtures("busy")
def test_on_one_that_never_does_it_is_given_a_share_of_the_rest(program: str) -> None:
    began = time.monotonic()
    code, output, errors = asyncio.run(run_aside(program, given=b"it"))
    assert (code, output.split(), errors) == (0, [b"0", str(aside.NICE).encode(), b"it"], b"")
    assert time.monotonic() - began < 15  # idle time alone would be two minutes


@pytest.mark.usefixtures("busy")
def test_without_the_right_to_that_it_begins_again(program: str) -> None:
    limited = ["setpriv", "--bounding-set", "-sys_nice"] if os.geteuid() == 0 else []
    call = f"asyncio.run(aside.run_aside({program!r}, given=b'it'))"
    script = (
        "import asyncio\nfrom blocker.admin import aside\n"
        f"aside.PATIENCE = {PATIENCE}; print({call})"
    )
    said = subprocess.run([*limited, sys.executable, "-c", script], capture_output=True, check=True)
    assert said.stdout.split() == [b"(0,", b"b'0", str(aside.NICE).encode(), rb"it\n',", b"b'')"]


@pytest.mark.usefixtures("busy")
def test_who_gives_up_leaves_no_child_behind(program: str) -> None:
    async def give_up() -> None:
        async with asyncio.timeout(0.5):
            await run_aside(program)

    before = _children()
    with pytest.raises(TimeoutError):
        asyncio.run(give_up())
    assert _children() == before


def _children() -> list[str]:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
