"""The current generation, and the ways to a next one: a reload, and a change of settings.

Rule: all or nothing. A new generation is checked and compiled whole before anyone hears of it, and
if a worker cannot take it, all go back to the one before. What the configuration comes to, and what
was changed later, are kept apart; a generation is the one put over the other.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from blocker.admin.aside import prepare_aside
from blocker.admin.plan import Plan
from blocker.admin.roster import Roster
from blocker.errors import BlockerError
from blocker.link import Generation
from blocker.ruleset import open_ruleset
from blocker.store import (
    Change,
    Settings,
    Store,
    effective,
    read_configured,
    read_settings,
    write_configured,
)

PATIENCE = 5.0  # seconds for the workers to take it

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a generation knows: rules by layer, vendors, and lists."""

    rules: dict[str, int]
    vendors: Collection[str]
    off: Collection[str]  # vendors that are, unless switched on
    subscriptions: dict[str, int]  # names on each
    catalogue: str  # its version
    makers: dict[str, tuple[str, str]]  # by vendor: title, jurisdiction

    @classmethod
    def of(cls, generation: Generation) -> Self:
        ruleset = open_ruleset(Path(generation.ruleset))
        rules = {"user": len(generation.rules), **ruleset.counts}
        lists = {source["name"]: source["names"] for source in ruleset.sources[1:]}
        return cls(rules, ruleset.vendors, ruleset.off, lists, ruleset.catalogue, ruleset.makers)


class NotTaken(BlockerError):
    """A worker could not run the new generation; the old one is in force again."""


class Generations:
    """One change at a time."""

    def __init__(self, plan: Plan, roster: Roster) -> None:
        self.plan = plan
        self.started_with = plan
        self.state = Path(plan.state)
        self.run = plan.running
        self.current = Generation.read(self.run)
        self.configured = read_configured(self.run) or plan.generation
        self.store = Store(self.state)
        self.settings = read_settings(self.state)
        self.in_force = Contents.of(self.current)
        self.last_error = ""
        self._roster = roster
        self._turn = asyncio.Lock()

    async def reload(self) -> Generation:
        """Read everything again. Problems, StartError or NotTaken: nothing has changed."""
        async with self._turn:
            try:
                config = self.started_with.config
                plan = await _prepared(Path(config) if config else None)
                await self._install(plan.generation)
            except BlockerError as error:
                self.last_error = str(error)
                raise
            for warning in plan.warnings:
                log.warning("%s", warning)
            self.plan = plan
            self.in_force = Contents.of(self.current)
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

    async def change(self, make: Callable[[Settings], Change | None]) -> Change | None:
        """Change settings in the store, then in every worker. No child, nothing is compiled.

        `make` does so in a thread, and says what was changed. StoreError or NotTaken: nothing was.
        """
        async with self._turn:
            self.settings = await asyncio.to_thread(self.store.settings)
            change = await asyncio.to_thread(make, self.settings)
            if change is None:
                return None
            before, self.settings = self.settings, await asyncio.to_thread(self.store.settings)
            try:
                await self._install(self.configured)
            except NotTaken:
                await asyncio.to_thread(self.store.withdraw, change)
                self.settings = before
                raise
            self._count_rules()
            return change

    async def catch_up_and_log(self) -> None:
        """Bring in force what is kept but is not: admin was killed half-way, or was not there."""
        async with self._turn:
            try:
                self.settings = await asyncio.to_thread(self.store.settings)
                due = effective(self.configured, self.settings, _now())
                if replace(due, number=self.current.number) != self.current:
                    await self._install(self.configured)
                else:
                    self._roster.notify(self.current.number)  # nobody may have been told yet
            except BlockerError as error:
                log.error("what was changed is not in force: %s", error)  # noqa: TRY400
            self._count_rules()

    def paused_for(self) -> float:
        """Seconds until blocking goes on; 0 when it is not paused."""
        until = self.current.paused_until
        return 0.0 if until is None else max(0.0, until - _now())

    def needs_restart(self) -> list[str]:
        """The settings that have changed in the file and take a restart."""
        now, then = self.plan, self.started_with
        pairs = {
            "dns.listen": (now.listen, then.listen),
            "dns.encrypted.tls": (now.dot, then.dot),
            "dns.encrypted.https": (now.doh, then.doh),
            "dns.workers": (now.workers, then.workers),
            "admin.listen": (now.admin, then.admin),
            "admin.tls": (now.tls, then.tls),
            "query_log": (now.query_log, then.query_log),
            "state": (now.state, then.state),
            "user": (now.user, then.user),
        }
        return [setting for setting, (new, old) in pairs.items() if new != old]

    async def _install(self, configured: Generation) -> None:
        before = self.current
        try:
            self._keep(configured)
            self._write(effective(configured, self.settings, _now()))
            number = self.current.number
            if not await self._roster.wait_for(number, PATIENCE):
                if refusals := list(self._roster.refusals(number)):
                    self._write(before)
                    raise NotTaken("; ".join(refusals))
                log.warning("generation %d: not every worker has taken it yet", number)
        except NotTaken:
            with suppress(OSError):
                if configured is not self.configured:
                    write_configured(self.configured, self.run)
            raise
        self.configured = configured

    def _keep(self, configured: Generation) -> None:
        if configured is not self.configured:
            with self._writing():
                write_configured(configured, self.run)

    def _write(self, content: Generation) -> None:
        """Not durable: after a loss of power the supervisor writes it anew, from what is."""
        generation = replace(content, number=self.current.number + 1)
        with self._writing():
            generation.write(self.run, durable=False)
        self.current = generation
        self._roster.notify(generation.number)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise NotTaken(f"cannot write to {self.run}: {error.strerror}") from error

    def _count_rules(self) -> None:
        rules = {**self.in_force.rules, "user": len(self.current.rules)}
        self.in_force = replace(self.in_force, rules=rules)


async def _prepared(config: Path | None) -> Plan:
    try:
        return await prepare_aside(config)
    except OSError as error:  # no room for a process; who waits for one must not end for it
        raise NotTaken(f"the configuration cannot be read now: {error.strerror}") from error


def _now() -> float:
    return datetime.now(UTC).timestamp()
