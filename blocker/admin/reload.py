"""The current generation, and the three ways to a next one: reload, pause, resume.

Rule: all or nothing. A new generation is checked and compiled whole before anyone hears of it, and
if a worker cannot take it, all go back to the one before.
"""

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from blocker.admin.plan import Plan, prepare_aside
from blocker.admin.roster import Roster
from blocker.errors import BlockerError
from blocker.link import Generation
from blocker.ruleset import open_ruleset

PATIENCE = 5.0  # seconds for the workers to take it

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Counts:
    """What a generation knows: rules by layer, the vendors they are of, and which lists."""

    rules: dict[str, int]
    vendors: int
    catalogue: str  # its version

    @classmethod
    def of(cls, generation: Generation) -> Self:
        ruleset = open_ruleset(Path(generation.ruleset))
        rules = {"user": len(generation.rules), **ruleset.counts}
        return cls(rules, len(ruleset.vendors), ruleset.catalogue)


class NotTaken(BlockerError):
    """A worker could not run the new generation; the old one is in force again."""


class Generations:
    """One change at a time."""

    def __init__(self, plan: Plan, roster: Roster) -> None:
        self.plan = plan
        self.started_with = plan
        self.current = Generation.read(Path(plan.state))
        self.in_force = Counts.of(self.current)
        self.last_error = ""
        self._roster = roster
        self._turn = asyncio.Lock()

    async def reload(self) -> Generation:
        """Read everything again. Problems, StartError or NotTaken: nothing has changed."""
        async with self._turn:
            try:
                config = self.started_with.config
                plan = await prepare_aside(Path(config) if config else None)
                await self._install(
                    replace(plan.generation, paused_until=self.current.paused_until)
                )
            except BlockerError as error:
                self.last_error = str(error)
                raise
            self.plan = plan
            self.in_force = Counts.of(self.current)
            self.last_error = ""
            return self.current

    async def reload_and_log(self) -> None:
        """For SIGHUP, which has nobody to answer to."""
        try:
            generation = await self.reload()
        except BlockerError as error:
            log.error("reload: nothing has changed\n%s", error)  # noqa: TRY400 - no trace: a typo
        else:
            log.info("reload: generation %d is in force", generation.number)
            if settings := self.needs_restart():
                log.warning("reload: a restart is needed for %s", ", ".join(settings))

    async def pause(self, seconds: float) -> Generation:
        """Block nothing for so long. It ends by itself."""
        async with self._turn:
            await self._install(replace(self.current, paused_until=_now() + seconds))
            return self.current

    async def resume(self) -> Generation:
        async with self._turn:
            await self._install(replace(self.current, paused_until=None))
            return self.current

    def paused_for(self) -> float:
        """Seconds until blocking goes on; 0 when it is not paused."""
        until = self.current.paused_until
        return 0.0 if until is None else max(0.0, until - _now())

    def needs_restart(self) -> list[str]:
        """The settings that have changed in the file and take a restart."""
        now, then = self.plan, self.started_with
        pairs = {
            "dns.listen": (now.listen, then.listen),
            "dns.workers": (now.workers, then.workers),
            "admin.listen": (now.admin, then.admin),
            "state": (now.state, then.state),
            "user": (now.user, then.user),
        }
        return [setting for setting, (new, old) in pairs.items() if new != old]

    async def _install(self, content: Generation) -> None:
        before = self.current
        self._write(content)
        number = self.current.number
        if await self._roster.wait_for(number, PATIENCE):
            return
        if refusals := list(self._roster.refusals(number)):
            self._write(before)
            raise NotTaken("; ".join(refusals))
        log.warning("generation %d: not every worker has taken it yet", number)

    def _write(self, content: Generation) -> None:
        generation = replace(content, number=self.current.number + 1)
        try:
            generation.write(Path(self.started_with.state))
        except OSError as error:
            raise NotTaken(
                f"cannot write to {self.started_with.state}: {error.strerror}"
            ) from error
        self.current = generation
        self._roster.notify(generation.number)


def _now() -> float:
    return datetime.now(UTC).timestamp()
