"""What admin knows of the workers: the last Tally of each, and when it came. Rows are passed on.

Totals never go down: what a dead process had counted stays in a base, and the base is a file, so
that it outlives admin as well. It belongs to one run of `serve` and is forgotten with it.
"""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from socket import socket

from blocker.admin.totals import add_up, of_the_dead
from blocker.core.row import MARK, Row, decode
from blocker.link import Link, Tally, encode_notice, write_atomically

log = logging.getLogger(__name__)

RECENT = 3.0  # seconds; a worker tells about twice a second


class Roster:
    """`run` is a number that each start of `serve` has for itself."""

    def __init__(self, sockets: Sequence[socket], state: Path, run: int) -> None:
        self.links = [Link(sock) for sock in sockets]
        self.tallies: dict[int, Tally] = {}  # by worker
        self.readers: list[Callable[[Sequence[Row]], None]] = []  # of the rows that come
        self._seen: dict[int, float] = {}
        self._path = state / "totals.json"
        self._run = run
        self._base = self._read_base()
        self._news = asyncio.Event()

    def listen(self) -> None:
        loop = asyncio.get_running_loop()
        for link in self.links:
            loop.add_reader(link.sock.fileno(), self.read, link)

    def read(self, link: Link) -> None:
        for message in link.receive():
            if message.startswith(MARK):
                rows = decode(message)
                for take in self.readers:
                    take(rows)
            else:
                self._take(Tally.decode(message))
        self._news.set()
        self._news = asyncio.Event()

    def read_all(self) -> None:
        """What workers have told before they ended."""
        for link in self.links:
            self.read(link)

    def notify(self, number: int) -> None:
        """Tell the workers that a generation is on disk. Who is down reads it when it starts."""
        for link in self.links:
            link.send(encode_notice(number))

    def totals(self) -> Tally:
        """All that was counted since `serve` was started."""
        return add_up([self._base, *self.tallies.values()])

    def age(self, worker: int) -> float:
        """Seconds since it was last heard of."""
        return time.monotonic() - self._seen[worker]

    def alive(self) -> list[Tally]:
        return [tally for tally in self.tallies.values() if self.age(tally.worker) <= RECENT]

    def all_alive(self) -> bool:
        return len(self.alive()) == len(self.links)

    def all_run(self, number: int) -> bool:
        """Whether every worker has lately said that it runs this generation or a later one."""
        return self.all_alive() and all(t.generation >= number for t in self.alive())

    def refusals(self, number: int) -> Iterator[str]:
        for tally in self.alive():
            if tally.refused == number:
                yield f"worker {tally.worker}: {tally.error}"

    async def wait_for(self, number: int, seconds: float) -> bool:
        """Until all workers run generation `number`, or one refuses it, or the time is up."""
        deadline = time.monotonic() + seconds
        while not self.all_run(number):
            left = deadline - time.monotonic()
            if left <= 0 or any(self.refusals(number)):
                return False
            try:
                async with asyncio.timeout(left):
                    await self._news.wait()
            except TimeoutError:
                return False
        return True

    def _take(self, tally: Tally) -> None:
        last = self.tallies.get(tally.worker)
        self.tallies[tally.worker] = tally
        self._seen[tally.worker] = time.monotonic()
        if last is not None and last.pid != tally.pid:
            self._base = of_the_dead(self._base, last)
            self._write_base()

    def _read_base(self) -> Tally:
        empty = Tally(worker=-1, pid=0, generation=self._run)
        try:
            base = Tally.decode(self._path.read_bytes())
        except (OSError, ValueError):
            return empty
        return base if base.generation == self._run else empty

    def _write_base(self) -> None:
        base = replace(self._base, generation=self._run)
        try:
            write_atomically(self._path, json.dumps(asdict(base)).encode())
        except OSError as error:
            log.warning("%s: %s; totals are kept in memory alone", self._path, error.strerror)
