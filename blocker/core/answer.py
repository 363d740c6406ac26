"""A checked answer, and how it is said again to a client, as it ages and past its time.

Rule: records stay as they came, octet for octet (RFC 3597). The reply's question is as long as the
upstream's, so every compression pointer still finds its name, and an owner that points into the
question takes the letters the client used.
"""

from dataclasses import dataclass
from struct import pack_into

from blocker.core.extended import STALE, STALE_NXDOMAIN, error, of_upstream
from blocker.core.records import addresses, read
from blocker.core.wire import (
    AD,
    HEADER,
    NOERROR,
    NXDOMAIN,
    Query,
    frame,
    opt,
    wants_structured_errors,
)

MOST_USES = 3  # counted, after S3-FIFO: enough to tell what is popular
STALE_TTL = 30  # seconds; RFC 8767 section 4


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long answers may live, in seconds: bounds on their TTLs, and how long after that when
    stale.
    """

    least: int = 0
    most: int = 86_400
    stale: int = 86_400


@dataclass(slots=True, weakref_slot=True)
class Answer:
    """A checked answer. `body` is what follows the question, `ttls` the offset and value of each
    TTL in it.

    leads_home says whether it has an address of one's own network, upstream whose it is, authentic
    whether that has validated it and is itself known to be who it is, blocked whether it says that
    it kept something back. chain holds the folded alias targets, services the names that SVCB and
    HTTPS records lead to. born and expires are seconds on the caller's clock. uses and settled
    belong to the store (cache.py).
    """

    key: bytes
    rcode: int
    answers: int
    authorities: int
    body: bytes
    ttls: list[tuple[int, int]]
    chain: tuple[bytes, ...]
    born: float
    expires: float
    leads_home: bool = False
    services: tuple[bytes, ...] = ()
    blocked: bool = False
    authentic: bool = False
    upstream: str = ""
    uses: int = 0
    settled: bool = False
    led_to: tuple[bytes, ...] | None = None

    def addresses(self, query: Query) -> tuple[bytes, ...]:
        """Where the answer leads to, packed: its A and AAAA records, and what HTTPS and SVCB hint
        at. Read once, when a policy asks.
        """
        if self.led_to is None:
            message = bytes(HEADER) + query.question + self.body
            found = read(message, HEADER + len(query.question), self.answers, query.name)
            self.led_to = tuple(addresses(message, found))
        return self.led_to

    def tail(self, query: Query, now: float) -> bytes:
        """The reply after its id, TTLs aged to `now`; only header and question when it is too
        large.
        """
        body = self.body
        if age := int(now - self.born):
            body = aged(body, self.ttls, age)
        if self.blocked or self.authentic:
            return self._remarked(query, body)
        return self._framed(query, body, opt(query.shape))

    def aged_until(self, now: float) -> float:
        """When the TTLs of `tail` change next, or the answer expires."""
        return min(self.born + int(now - self.born) + 1, self.expires)

    def touch(self) -> None:
        """Count a use, as far as the store cares."""
        if self.uses < MOST_USES:
            self.uses += 1

    def stale_tail(self, query: Query) -> bytes:
        """The reply after its time (RFC 8767): every TTL 30 seconds, and the client told."""
        body = bytearray(self.body)
        for offset, _ in self.ttls:
            pack_into(">I", body, offset, STALE_TTL)
        said = error(STALE_NXDOMAIN if self.rcode == NXDOMAIN else STALE)
        return self._framed(query, bytes(body), opt(query.shape, said))

    def _remarked(self, query: Query, body: bytes) -> bytes:
        """The reply of an answer that the upstream has blocked, or vouches for."""
        said = of_upstream(structured=wants_structured_errors(query.shape)) if self.blocked else b""
        tail = self._framed(query, body, opt(query.shape, said))
        if self.authentic and query.understands_ad:
            return tail[:1] + bytes((tail[1] | AD,)) + tail[2:]
        return tail

    def _framed(self, query: Query, body: bytes, record: bytes) -> bytes:
        if HEADER + len(query.question) + len(body) + len(record) > query.limit:
            if len(record) > len(plain := opt(query.shape)):  # what it says is worth no record
                return self._framed(query, body, plain)
            return truncated(query, self.rcode)
        head = frame(query.shape, self.rcode, self.answers, self.authorities, 1 if record else 0)
        return head + query.question + body + record


def truncated(query: Query, rcode: int = NOERROR, *, aa: bool = False) -> bytes:
    """TC and no records: ask again over TCP (RFC 2181 section 9)."""
    record = opt(query.shape)
    head = bytearray(frame(query.shape, rcode, 0, 0, 1 if record else 0, aa))
    head[0] |= 0x02
    return bytes(head) + query.question + record


def aged(body: bytes, ttls: list[tuple[int, int]], age: int) -> bytes:
    """The records with their TTLs `age` seconds lower."""
    older = bytearray(body)
    for offset, ttl in ttls:
        pack_into(">I", older, offset, ttl - age if ttl > age else 0)
    return bytes(older)
