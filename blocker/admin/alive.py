"""The service manager hears that all is well, as long as it is.

Rule: it is told so only while every worker has lately said what it does. One that hangs says
nothing, so a watchdog restarts what nothing else would.
"""

import asyncio

from blocker.admin.reload import Generations
from blocker.admin.roster import Roster
from blocker.notify import notify, watchdog_seconds

EVERY = 1.0  # seconds


async def tell_service_manager(roster: Roster, generations: Generations) -> None:
    """Ready once every worker answers by the current generation; alive from then on."""
    every = min(EVERY, (watchdog_seconds() or EVERY) / 3)
    while not roster.all_run(generations.current.number):  # noqa: ASYNC110 - tallies tell nobody
        await asyncio.sleep(every / 10)
    told = _status(generations)
    if not notify("READY=1", f"STATUS={told}"):
        return
    while True:
        await asyncio.sleep(every)
        status = _status(generations)
        if status != told:
            notify(f"STATUS={status}")
            told = status
        if roster.all_alive():
            notify("WATCHDOG=1")


def _status(generations: Generations) -> str:
    rules = sum(generations.in_force.rules.values())
    if generations.last_error:
        return f"{rules:,} rules; the last reload changed nothing: see the log"
    if generations.paused_for() > 0:
        return f"{rules:,} rules, paused: nothing is blocked"
    return f"{rules:,} rules in force"
