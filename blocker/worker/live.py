"""The life of a worker. It needs nobody: what to do stands in generation.json, what it did goes to
admin if admin listens, and when its supervisor is gone it ends.

Rule: a new generation is made ready whole, then put in place by swapping references; if it cannot
be made, the old one goes on.
"""

import asyncio
import logging
import os
import signal
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from socket import socket

from blocker.clients.neighbours import Neighbours
from blocker.core.engine import Engine
from blocker.core.names import from_text
from blocker.errors import BlockerError
from blocker.link import Generation, Link, decode_notice
from blocker.upstream.base import Upstream
from blocker.upstream.forwarder import Forwarder
from blocker.upstream.routes import Upstreams
from blocker.upstream.tally import Tally as UpstreamTally
from blocker.upstream.url import upstream_of
from blocker.view import GroupViews, lifetimes_of, mark_of, networks_of, rate_of, zones_of
from blocker.worker.collector import Collector
from blocker.worker.descriptors import connections, raise_limit, say_if_exhausted
from blocker.worker.listeners import Listeners, Sockets
from blocker.worker.outbox import Outbox
from blocker.worker.report import report

BOOKS_EVERY = 0.2  # seconds
REPORT_EVERY = 0.5
SHED = 500  # entries of what was replaced, freed between answers: a tenth of a millisecond
DRAIN = 4.5  # for answers in flight; the supervisor waits five
FAREWELL = 0.3  # for admin to take the last rows

log = logging.getLogger(__name__)


def clock() -> float:
    """Seconds that also pass while the machine sleeps, so that answers age meanwhile."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def run(
    index: int,
    udp: Sequence[socket],
    tcp: Sequence[socket],
    link: socket,
    lifeline: int,
    state: Path,
    tls: Sequence[socket] = (),
    https: Sequence[socket] = (),
) -> None:
    """Until SIGTERM; at once when `lifeline` ends, for then the supervisor is gone."""
    raise_limit()
    asyncio.run(Worker(index, link, state).live(Sockets(udp, tcp, tls, https), lifeline))


class Worker:
    """Holds what one generation replaces and the next needs."""

    def __init__(self, index: int, link: socket, state: Path) -> None:
        self.index = index
        self.link = Link(link)
        self.state = state
        self.generation = Generation.read(state)
        self.refused, self.error = 0, ""
        self._neighbours = Neighbours()
        self._views = self._made_views(self.generation)
        self._asked: list[tuple[str, UpstreamTally]] = []  # also those no longer asked
        self.engine = Engine(
            self._views,
            cache_octets=self.generation.cache["size"],
            lifetimes=lifetimes_of(self.generation),
            networks=networks_of(self.generation),
            zones=zones_of(self.generation),
        )
        self.engine.tally.rate = rate_of(self.generation)
        self.outbox = Outbox(self.link, self.engine.tally.rows, _second())

    async def live(self, sockets: Sockets, lifeline: int) -> None:
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        loop.set_exception_handler(say_if_exhausted)
        loop.add_reader(lifeline, os._exit, 1)
        loop.add_signal_handler(signal.SIGTERM, stop.set)
        self.forwarder = Forwarder(self.engine, _upstreams(self.generation), clock)
        self._note_upstreams()
        room = connections(len(self.forwarder.upstreams), sockets.accepting)
        self.listeners = Listeners(sockets, self.engine, self.forwarder, clock, room)
        self.listeners.follow(self.generation.encrypted)
        await self.listeners.start()
        loop.add_reader(self.link.sock.fileno(), self._on_notice)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())  # the supervisor waits for signals blocked
        await self._keep_books(stop)
        self.listeners.stop()
        until = clock() + DRAIN
        await self.forwarder.drain(DRAIN)
        while clock() < until and self.listeners.connections:  # noqa: ASYNC110
            await asyncio.sleep(0.01)  # the last answers are on their way out
        await self._fold()
        self._report()
        await self.outbox.empty(FAREWELL)

    async def _keep_books(self, stop: asyncio.Event) -> None:
        collector = Collector(clock())
        reported = seen = 0.0
        while not stop.is_set():
            try:
                async with asyncio.timeout(BOOKS_EVERY):
                    await stop.wait()
            except TimeoutError:
                pass
            self._look_at_the_clock()
            await self._fold()
            now = clock()
            self.listeners.look(now)
            self._limit(now)
            answered = self.engine.tally.queries.total()
            collector.step(now, idle=answered == seen)
            seen = answered
            if now - reported >= REPORT_EVERY:
                self._report()
                reported = now
            await self.outbox.forward(_second())

    def _limit(self, now: float) -> None:
        for client, asked in self.engine.limit(now).items():
            log.warning(
                "%s asked %d questions within a minute, more than dns.rate_limit: it is refused "
                "for the next %.0f s", client, asked, self.engine.tally.rate.left(now),
            )  # fmt: skip
        for client, refused in self.engine.tally.rate.freed.items():
            log.warning("%s may ask again; %d of its questions were refused", client, refused)

    async def _fold(self) -> None:
        """In slices; between two of them the sockets have their turn."""
        for journal in self.engine.journals:
            while journal.fold():  # noqa: ASYNC110 - this is not waiting but giving way
                await asyncio.sleep(0)
        while self.engine.shed(SHED):  # noqa: ASYNC110 - likewise
            await asyncio.sleep(0)

    def _report(self) -> None:
        tally = report(self.index, self.generation.number, self.engine, self._asked)
        tally.refused, tally.error = self.refused, self.error or self.listeners.error
        tally.link_dropped, tally.rows_dropped = self.link.dropped, self.outbox.dropped
        tally.datagrams_lost = self.listeners.lost
        tally.connections_refused = self.listeners.turned_away
        self.link.send(tally.encode())

    def _on_notice(self) -> None:
        numbers = [decode_notice(message) for message in self.link.receive()]
        if numbers and max(numbers) > self.generation.number:
            self._renew(max(numbers))
        self._report()  # admin waits for it

    def _renew(self, number: int) -> None:
        try:
            generation = Generation.read(self.state)
            views = self._made_views(generation, self._views)
            networks_of(generation)
            upstreams = _upstreams(generation)
        except (BlockerError, OSError, ValueError) as error:
            self.refused, self.error = number, str(error)
            log.error("worker %d: generation %d: %s", self.index, number, error)  # noqa: TRY400
            return
        self.refused, self.error = 0, ""
        before, self.generation, self._views = self.generation, generation, views
        self.forwarder.replace(upstreams)
        self.listeners.follow(generation.encrypted)
        self._note_upstreams()
        self.engine.lifetimes = lifetimes_of(generation)
        if generation.rate != before.rate:
            self.engine.tally.rate = rate_of(generation)
        self.engine.answers.size = generation.cache["size"]
        self._install()

    def _look_at_the_clock(self) -> None:
        """A rule, a pause or a schedule's hours may have ended or begun, a client may have another
        address.
        """
        now, due = _wall_clock(), self._views.changes_at
        if now < self._views.made_at or (due is not None and now >= due):
            self._views = self._made_views(self.generation, self._views)
            self._install()
        elif self._views.asks_for_macs and self._neighbours.changed(clock()):
            self.engine.forget_clients()

    def _install(self) -> None:
        generation = self.generation
        self.engine.install(self._views, networks_of(generation), zones_of(generation))

    def _made_views(self, generation: Generation, before: GroupViews | None = None) -> GroupViews:
        return GroupViews(generation, _wall_clock(), self._mac_of, before)

    def _mac_of(self, address: str) -> str:
        return self._neighbours.mac_of(address, clock())

    def _note_upstreams(self) -> None:
        """Counts must not go down when an upstream is no longer asked, so its tally is kept."""
        for upstream in self.forwarder.upstreams:
            if not any(tally is upstream.tally for _, tally in self._asked):
                self._asked.append((upstream.url, upstream.tally))


def _upstreams(generation: Generation) -> Upstreams:
    zones: dict[bytes, list[Upstream]] = {}
    for given in generation.upstreams:
        for zone in given.get("zones", ()):
            zones.setdefault(from_text(zone), []).append(upstream_of(given, clock))
    return Upstreams(
        common=[
            upstream_of(given, clock) for given in generation.upstreams if not given.get("zones")
        ],
        groups={
            mark_of(group): [upstream_of(given, clock) for given in group["upstreams"]]
            for group in generation.groups
            if group["upstreams"]
        },
        zones=zones,
        strategy=generation.strategy,
    )


def _wall_clock() -> float:
    return datetime.now(UTC).timestamp()


def _second() -> int:
    return int(_wall_clock())
