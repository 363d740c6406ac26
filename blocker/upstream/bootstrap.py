"""Where a server known by its name is: asked of upstreams known by their addresses.

Rule: never of this machine's resolver, which may be this one: it would ask the upstream whose
address is sought. Nothing is asked before a question needs the server.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final

from blocker.errors import InvalidName
from blocker.upstream.base import Clock, Upstream
from blocker.upstream.endpoint import Endpoint, Unusable
from blocker.upstream.lookup import addresses_of

FIRST_PAUSE: Final = 1.0  # seconds after a look-up in vain, doubled each time
LAST_PAUSE: Final = 4.0  # so that a network that comes back is noticed within five

log = logging.getLogger(__name__)


class Whereabouts:
    """The addresses of a server: those that were given, or those that were found."""

    def __init__(
        self,
        host: str,
        port: int,
        given: Sequence[str],
        known: Callable[[], Sequence[Upstream]],
        clock: Clock,
    ) -> None:
        """known: makes the upstreams to ask. ValueError when one given is no address."""
        self._host = host
        self._port = port
        self._endpoints = [Endpoint.of(address, port) for address in given]
        self._is_given = bool(given)
        self._failed = 0  # addresses in a row where nobody was
        self._known = known
        self._clock = clock
        self._pause = 0.0
        self._next = 0.0
        self._looking: asyncio.Task[None] | None = None

    @property
    def first(self) -> Endpoint | None:
        """Where to connect to. None: it has to be looked for."""
        return self._endpoints[0] if self._endpoints else None

    def failed(self) -> None:
        """Nobody was there. Another of the addresses may do, or it has moved."""
        if not self._endpoints:
            return
        self._failed += 1
        if self._failed >= len(self._endpoints) and not self._is_given:
            self._endpoints = []
            self._failed = 0
        else:
            self._endpoints.append(self._endpoints.pop(0))

    def worked(self) -> None:
        self._failed = 0

    def look(self, done: Callable[[str], None]) -> None:
        """Look for it, unless that is going on; `done` is told why it was not found, or nothing.

        Unusable, when that was tried in vain just now.
        """
        if self._looking is not None:
            return
        if self._clock() < self._next:
            raise Unusable(self._unknown)
        self._looking = asyncio.get_running_loop().create_task(self._look(done))

    def close(self) -> None:
        if self._looking is not None:
            self._looking.cancel()

    @property
    def _unknown(self) -> str:
        return f"no address is known of {self._host}"

    async def _look(self, done: Callable[[str], None]) -> None:
        found: Sequence[str] | None = None
        try:
            if known := self._known():
                found = await addresses_of(self._host, known, self._clock)
        except (InvalidName, OSError) as error:
            log.debug("%s could not be looked up: %s", self._host, error)
        finally:
            self._looking = None
        if found:
            self._endpoints = [Endpoint.of(address, self._port) for address in found]
            self._pause = 0.0
            done("")
        else:
            self._pause = min(max(FIRST_PAUSE, 2 * self._pause), LAST_PAUSE)
            self._next = self._clock() + self._pause
            done(self._unknown)
