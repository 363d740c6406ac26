"""Messages after their length in two octets: DNS over TCP and TLS (RFC 7766 section 8)."""

import logging
import struct
from typing import Protocol

from blocker.upstream.base import Clock
from blocker.upstream.connection import Channel, Connection, Owner
from blocker.upstream.endpoint import Endpoint

log = logging.getLogger(__name__)


class Listener(Owner, Protocol):
    """Who is told what the peer says."""

    def received(self, connection: "FramedConnection", message: bytes) -> None: ...


class FramedConnection(Connection):
    """A connection of messages."""

    def __init__(
        self, endpoint: Endpoint, owner: Listener, clock: Clock, channel: Channel | None = None
    ) -> None:
        super().__init__(endpoint, owner, clock, channel)
        self._listener = owner
        self._unread = b""

    def write(self, message: bytes) -> None:
        self.say(struct.pack(">H", len(message)) + message)

    def hear(self, octets: bytes) -> None:
        unread = self._unread + octets if self._unread else octets
        size = len(unread)
        at = 0
        while size >= at + 2:
            end = at + 2 + (unread[at] << 8 | unread[at + 1])
            if size < end:
                break
            message = unread[at + 2 : end]
            at = end
            self.note_answer()
            try:
                self._listener.received(self, message)
            except Exception:
                log.exception("an upstream's message could not be dealt with")
        self._unread = unread[at:]
