"""Children that work aside: they yield to all else, so that no answer waits for one.

Rule: what yields must not starve. On a machine that never idles (one core, a backup at night) a
child that takes idle time alone would be done in minutes; so it may, for a while, and no longer.
"""

import asyncio
import contextlib
import os
import sys
from pathlib import Path
from typing import TypeAlias

from blocker.admin.plan import CHILD, Plan, child_arguments, child_environment, child_outcome

PATIENCE = 2.0  # seconds between two looks at how a child fares
SHARE = 0.25  # of the time that it could run; who has had less starves
NICE = 10  # a tenth of what others get: little, and certain


async def prepare_aside(config: Path | None) -> Plan:
    """As `plan.prepare`, without holding up the event loop."""
    return child_outcome(*await run_aside(CHILD, *child_arguments(config)))


async def run_aside(module: str, *arguments: str, given: bytes = b"") -> tuple[int, bytes, bytes]:
    """Run `python -m module`: what it ended with, what it printed, what it complained."""
    child, talk = await _start(module, arguments, given)
    # A niced child still keeps its core to the end of its slice when an answer is due; one that is
    # idle gives way at once.
    with contextlib.suppress(OSError):  # it may be through already
        os.sched_setscheduler(child.pid, os.SCHED_IDLE, os.sched_param(0))
    try:
        while not (await asyncio.wait({talk}, timeout=PATIENCE))[0]:
            if not _starves(child.pid):
                continue
            if not _lift(child.pid):
                await _end(child, talk)
                child, talk = await _start(module, arguments, given)
                with contextlib.suppress(ProcessLookupError):  # as above
                    os.setpriority(os.PRIO_PROCESS, child.pid, NICE)
            break
        output, errors = await talk
    except asyncio.CancelledError:
        await _end(child, talk)
        raise
    return child.returncode or 0, output, errors


Talk: TypeAlias = asyncio.Task[tuple[bytes, bytes]]


async def _start(
    module: str, arguments: tuple[str, ...], given: bytes
) -> tuple[asyncio.subprocess.Process, Talk]:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        env=child_environment(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    talk = asyncio.get_running_loop().create_task(child.communicate(given))
    return child, talk  # held by who waits for it


def _starves(pid: int) -> bool:
    """Whether it mostly waited for a processor; not so where the kernel does not count that."""
    try:
        ran, waited, _ = map(int, Path(f"/proc/{pid}/schedstat").read_text().split())
    except (OSError, ValueError):
        return False
    return ran < SHARE * (ran + waited)


def _lift(pid: int) -> bool:
    """False where it may not: a process without privileges cannot leave SCHED_IDLE (sched(7))."""
    try:
        os.setpriority(os.PRIO_PROCESS, pid, NICE)
        os.sched_setscheduler(pid, os.SCHED_OTHER, os.sched_param(0))
    except PermissionError:
        return False
    except ProcessLookupError:  # it has just ended
        pass
    return True


async def _end(child: asyncio.subprocess.Process, talk: Talk) -> None:
    with contextlib.suppress(ProcessLookupError):
        child.kill()
    talk.cancel()
    await child.wait()
