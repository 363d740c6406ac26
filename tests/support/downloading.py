"""Downloads as in life, but on loopback: a web server under the name lists.example, a resolver that
knows that name, and a clock that stands still.

Rule: 127.0.0.2 plays the public internet. All other addresses are judged as they are.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from blocker.catalog.formats.sniff import is_a_list
from blocker.download.addresses import is_public
from blocker.download.body import IsAList
from blocker.download.connect import Network, Patience
from blocker.download.downloads import Chance, Downloads, Outcome
from blocker.download.fetch import Arrived
from blocker.download.record import Record
from blocker.download.resolve import DirectResolver
from blocker.download.source import Source
from tests.support.upstream import ScriptedUpstream
from tests.support.webserver import WebServer

INTERNET = "127.0.0.2"
HOST = "lists.example"
PATIENCE = Patience(connect=0.5, silence=0.3, whole=1.5)
MODIFIED = "Mon, 02 Nov 2026 10:00:00 GMT"


def lines(count: int, name: str = "host") -> bytes:
    return b"".join(f"{name}{number}.example\n".encode() for number in range(count))


@dataclass
class Clock:
    """Stands still until it is set; the dice always say one half."""

    now: float = 1_700_000_000.0

    def read(self) -> float:
        return self.now


@dataclass
class Desk:
    """One state folder, one list in it, and the world outside."""

    state: Path
    web: WebServer
    upstream: ScriptedUpstream
    clock: Clock = field(default_factory=Clock)
    patience: Patience = PATIENCE
    is_a_list: IsAList = is_a_list
    size: int = 1 << 20

    def network(self) -> Network:
        return Network(
            DirectResolver(lambda: [{"url": self.upstream.url}]),
            self.patience,
            self.web.tls,
            lambda address: address == INTERNET or is_public(address),
        )

    def downloads(self) -> Downloads:
        chance = Chance(self.clock.read, lambda: 0.5)
        return Downloads(self.state, self.network(), self.is_a_list, chance)

    def source(self, path: str = "/list", name: str = "one") -> Source:
        return Source(name, self.web.url(path, host=HOST), refresh=3600, size=self.size)

    def refresh(self, path: str = "/list", arrived: Arrived = lambda *_: None) -> Outcome:
        return self.run(lambda downloads: downloads.refresh(self.source(path), arrived))

    def run(self, what: Callable[[Downloads], object]) -> Outcome:
        async def running() -> Outcome:
            return await what(self.downloads())  # type: ignore[misc, no-any-return]

        return asyncio.run(running())

    def record(self, path: str = "/list") -> Record:
        return self.downloads().record(self.source(path))

    @property
    def copy(self) -> bytes:
        return (self.state / "lists" / "one.list").read_bytes()

    @property
    def files(self) -> list[str]:
        """Everything in the folder, what is left of broken downloads too."""
        return sorted(path.name for path in (self.state / "lists").iterdir())


@contextmanager
def desk(folder: Path) -> Iterator[Desk]:
    with ExitStack() as stack:
        web = stack.enter_context(WebServer(INTERNET))
        upstream = stack.enter_context(ScriptedUpstream())
        upstream.on(HOST, f"address:{INTERNET}")
        yield Desk(folder / "state", web, upstream)
