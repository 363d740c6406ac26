"""All sockets of a worker, started and stopped together, and the certificate of those that encrypt.

Rule: what is announced to clients (DDR) is what these sockets offer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from socket import socket
from typing import TYPE_CHECKING

from blocker.certificate import LOOK, Certificate
from blocker.core.designated import Service, service_records
from blocker.core.engine import Engine
from blocker.link import Encrypted
from blocker.listen import dot
from blocker.listen.connections import CONNECTIONS, Listener
from blocker.listen.doh import ALPN as HTTPS_ALPN
from blocker.listen.stream import StreamListener
from blocker.listen.tls import watch_names
from blocker.listen.udp import Asks, listener

if TYPE_CHECKING:
    from blocker.listen.https import HttpsListener


@dataclass(frozen=True, slots=True)
class Sockets:
    """Bound, by what is served on them."""

    udp: Sequence[socket]
    tcp: Sequence[socket]
    tls: Sequence[socket] = ()
    https: Sequence[socket] = ()

    @property
    def accepting(self) -> int:
        """How many there are that connections come to."""
        return len(self.tcp) + len(self.tls) + len(self.https)


def load_https() -> "type[HttpsListener]":
    """Only for who serves it: aiohttp's parser is as large as all else that a worker loads."""
    from blocker.listen.https import HttpsListener

    return HttpsListener


class Listeners:
    """Made once; `follow` takes what a generation says of certificate and name."""

    def __init__(
        self,
        sockets: Sockets,
        engine: Engine,
        forwarder: Asks,
        clock: Callable[[], float],
        room: int = CONNECTIONS,
    ) -> None:
        self._sockets, self._engine = sockets, engine
        self._made_of = (engine, forwarder, clock)
        self._room = room  # connections at a time, of each socket
        self._datagrams = [listener(sock, *self._made_of) for sock in sockets.udp]
        self._streams: list[Listener] = [
            StreamListener(sock, *self._made_of, room) for sock in sockets.tcp
        ]
        self._encrypted: list[Listener] = []
        self._certificate: Certificate | None = None
        self._given: Encrypted | None = None
        self._look_due = 0.0

    @property
    def connections(self) -> int:
        return sum(len(each.connections) for each in (*self._streams, *self._encrypted))

    @property
    def lost(self) -> int:
        """Datagrams that the kernel dropped."""
        return sum(each.lost for each in self._datagrams)

    @property
    def turned_away(self) -> int:
        """Connections for which there was no room."""
        return sum(each.turned_away for each in (*self._streams, *self._encrypted))

    @property
    def error(self) -> str:
        """What is wrong with the certificate."""
        return self._certificate.error if self._certificate else ""

    async def start(self) -> None:
        for stream in (*self._streams, *self._encrypted):
            await stream.start()
        for datagram in self._datagrams:
            datagram.start()

    def stop(self) -> None:
        """Take no more questions; what was asked is still answered."""
        for datagram in self._datagrams:
            datagram.stop()
        for stream in (*self._streams, *self._encrypted):
            stream.stop()

    def follow(self, given: Encrypted | None) -> None:
        """Use this certificate from the next connection on, and announce this name. Without one the
        last stays in use, as the sockets do, until a restart.
        """
        self._given = given
        if given is not None:
            files = given["certificate"], given["key"]
            if self._certificate is None:
                self._listen_encrypted(*files)
            else:
                self._certificate.name_files(*files)
        self._announce()

    def look(self, now: float) -> None:
        """Now and then, whether the certificate has been renewed, or its time has come or gone."""
        if self._certificate is not None and now >= self._look_due:
            self._look_due = now + LOOK
            self._certificate.look()
            self._announce()

    def _announce(self) -> None:
        """To clients that ask in clear: what they would find, so nothing without a certificate that
        they take.
        """
        name, in_force = self._name(), self._certificate is not None and self._certificate.in_force
        if self._given is not None:
            for each in self._encrypted:
                each.name = name
        self._engine.services = service_records(name, self._services()) if name and in_force else ()

    def _name(self) -> str:
        """The certificate's where a generation has none, for its maker could not read the files."""
        if self._given is None:
            return ""
        if self._given["name"] or self._certificate is None or self._certificate.shown is None:
            return self._given["name"]
        return next(iter(self._certificate.shown.own_names), "")

    def _listen_encrypted(self, certificate: str, key: str) -> None:
        if not (self._sockets.tls or self._sockets.https):
            return
        self._certificate = Certificate(certificate, key, dot.ALPN, HTTPS_ALPN)
        over_tls, over_https = self._certificate.contexts
        watch_names(over_tls)
        watch_names(over_https)
        self._encrypted = [
            dot.DotListener(sock, *self._made_of, over_tls, self._room)
            for sock in self._sockets.tls
        ]
        if self._sockets.https:
            made = load_https()
            self._encrypted += [
                made(sock, *self._made_of, over_https, self._room) for sock in self._sockets.https
            ]

    def _services(self) -> list[Service]:
        """DNS over TLS first: it takes less of both sides."""
        offered: list[tuple[socket, tuple[str, ...]]] = [
            *((sock, dot.ALPN) for sock in self._sockets.tls),
            *((sock, HTTPS_ALPN) for sock in self._sockets.https),
        ]
        addresses: dict[tuple[tuple[str, ...], int], list[str]] = {}
        for sock, alpn in offered:
            host, port = sock.getsockname()[:2]
            addresses.setdefault((alpn, port), []).append(host)
        return [
            Service(alpn, port, () if {"0.0.0.0", "::"} & set(hosts) else tuple(hosts))
            for (alpn, port), hosts in addresses.items()
        ]
