"""What an upstream said, checked, and how it is said again to a client.

Rule: only what answers the question is kept: the records along the alias chain from the
question's name, and of a negative answer the SOA with its proofs (RFC 2181 section 5.4.1, RFC
2308). Records stay as they came, octet for octet (RFC 3597): our question is as long as the
upstream's, so every compression pointer still finds its name, and an owner that points into the
question takes the letters the client used.
"""

from dataclasses import dataclass
from struct import pack_into

from blocker.core.names import is_below
from blocker.core.rebinding import leads_home
from blocker.core.records import BadRecord, Record, addresses, copy, read, target
from blocker.core.wire import CNAME, HEADER, NOERROR, NXDOMAIN, RRSIG, SOA, Query, frame, opt

MAX_CHAIN = 12  # aliases followed; a chain that is longer, or a loop, is no answer
MAX_NEGATIVE = 3600  # seconds; RFC 2308 section 5 calls one to three hours sensible
MOST_USES = 3  # counted, after S3-FIFO: enough to tell what is popular
STALE_TTL = 30  # seconds; RFC 8767 section 4
EDE_STALE, EDE_STALE_NXDOMAIN = 3, 19

_DNAME, _NSEC, _NSEC3 = 39, 47, 50
_OF_A_NEGATIVE = frozenset((SOA, RRSIG, _NSEC, _NSEC3))


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long answers may live, in seconds: bounds on their TTLs, and how long after that when
    stale.
    """

    least: int = 0
    most: int = 86_400
    stale: int = 86_400


@dataclass(slots=True)
class Answer:
    """A checked answer. `body` is what follows the question, `ttls` the offset and value of each
    TTL in it.

    leads_home says whether it has an address of one's own network, upstream whose it is. chain
    holds the folded alias targets. born and expires are seconds on the caller's clock, ttl their
    distance. uses and settled belong to the store (cache.py).
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
            body = _aged(body, self.ttls, age)
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
        ede = EDE_STALE_NXDOMAIN if self.rcode == NXDOMAIN else EDE_STALE
        return self._framed(query, bytes(body), opt(query.shape, ede))

    def _framed(self, query: Query, body: bytes, record: bytes) -> bytes:
        if HEADER + len(query.question) + len(body) + len(record) > query.limit:
            return truncated(query, self.rcode)
        head = frame(query.shape, self.rcode, self.answers, self.authorities, 1 if record else 0)
        return head + query.question + body + record


def truncated(query: Query, rcode: int = NOERROR, *, aa: bool = False) -> bytes:
    """TC and no records: ask again over TCP (RFC 2181 section 9)."""
    record = opt(query.shape)
    head = bytearray(frame(query.shape, rcode, 0, 0, 1 if record else 0, aa))
    head[0] |= 0x02
    return bytes(head) + query.question + record


def parse_answer(query: Query, message: bytes, now: float, lifetimes: Lifetimes) -> Answer | None:
    """The answer in an upstream's message; None when it is none to this question, or malformed.

    That says nothing about the server, since garbage from off the path looks the same: keep
    waiting.
    """
    if not _answers(query, message):
        return None
    try:
        return _read_answer(query, message, now, lifetimes)
    except BadRecord:
        return None


def _answers(query: Query, message: bytes) -> bool:
    name, rcode = query.name, message[3] & 15 if len(message) > HEADER else -1
    end = HEADER + len(name)
    return (
        rcode in (NOERROR, NXDOMAIN)
        and message[2] & 0xFA == 0x80  # a response to QUERY, not truncated
        and message[4:6] == b"\x00\x01"
        and message[HEADER:end].lower() == name
        and message[end : end + 4] == query.question[-4:]
    )


def _read_answer(query: Query, message: bytes, now: float, lifetimes: Lifetimes) -> Answer:
    start = HEADER + len(query.question)
    rcode = message[3] & 15
    records = read(message, start, message[6] << 8 | message[7], query.name)
    chain: list[bytes] = []
    kept, proofs = records, []
    lifetime = lifetimes.most
    if rcode != NOERROR or not _is_plain(query, records):
        chain = _chain(query, message, records)
        kept = [record for record in records if _on_chain(query, record, chain)]
        if rcode == NXDOMAIN or not _has_data(query, kept, chain):
            at = records[-1].end if records else start
            authority = read(message, at, message[8] << 8 | message[9], query.name)
            proofs = [record for record in authority if record.rtype in _OF_A_NEGATIVE]
            records = records + authority
            lifetime = _negative_lifetime(message, proofs)
    altered = bool(proofs)
    for record in kept:  # written out, since min() and max() cost more than the rest of the loop
        ttl = record.ttl
        if ttl < lifetimes.least:
            record.ttl = ttl = lifetimes.least
            altered = True
        elif ttl > lifetimes.most:
            record.ttl = ttl = lifetimes.most
            altered = True
        if ttl < lifetime:
            lifetime = ttl
    for record in proofs:  # RFC 2308 section 5: the SOA's TTL counts the negative answer's down
        record.ttl = min(record.ttl, lifetime)
    if len(kept) > 1 and len({record.ttl for record in kept}) > 1:
        altered = _level(kept) or altered
    body, ttls = _body(message, start, records, kept + proofs if proofs else kept)
    if altered or not lifetime:  # zero may stand for a TTL that was none (RFC 2181 section 8)
        body = _aged(body, ttls, 0)
    return Answer(
        query.key,
        rcode,
        len(kept),
        len(proofs),
        body,
        ttls,
        tuple(chain),
        now,
        now + lifetime,
        leads_home(message, kept),
    )


def _is_plain(query: Query, records: list[Record]) -> bool:
    """Whether all that came is what was asked for, as nearly always."""
    for record in records:
        if record.rtype != query.qtype or record.owner != query.name:
            return False
    return bool(records)


def _chain(query: Query, message: bytes, records: list[Record]) -> list[bytes]:
    """The alias targets from the question's name on, wherever the aliases stand in the answer."""
    chain: list[bytes] = []
    aliases = {record.owner: record for record in records if record.rtype == CNAME}
    owner = query.name
    while query.qtype != CNAME and owner in aliases:
        owner = target(message, aliases[owner])
        chain.append(owner)
        if len(chain) > MAX_CHAIN:
            raise BadRecord
    return chain


def _on_chain(query: Query, record: Record, chain: list[bytes]) -> bool:
    owners = [query.name, *chain]
    if record.owner == owners[-1] and record.rtype == query.qtype:
        return True
    if record.rtype == CNAME:
        return record.owner in owners[:-1]
    if record.rtype == RRSIG:
        return record.owner in owners
    return record.rtype == _DNAME and any(is_below(owner, record.owner) for owner in owners)


def _has_data(query: Query, kept: list[Record], chain: list[bytes]) -> bool:
    last = chain[-1] if chain else query.name
    return any(record.rtype == query.qtype and record.owner == last for record in kept)


def _body(
    message: bytes, start: int, records: list[Record], kept: list[Record]
) -> tuple[bytes, list[tuple[int, int]]]:
    """The records to keep: as they lie in the message if that is all of them, else written out."""
    if len(kept) < len(records):
        return copy(message, kept)
    end = records[-1].end if records else start
    return message[start:end], [(record.ttl_at - start, record.ttl) for record in records]


def _aged(body: bytes, ttls: list[tuple[int, int]], age: int) -> bytes:
    aged = bytearray(body)
    for offset, ttl in ttls:
        pack_into(">I", aged, offset, ttl - age if ttl > age else 0)
    return bytes(aged)


def _level(records: list[Record]) -> bool:
    """Give the records of one set the lowest of their TTLs (RFC 2181 section 5.2); whether any
    changed.
    """
    lowest: dict[tuple[bytes, int], int] = {}
    for record in records:
        kind = (record.owner, record.rtype)
        lowest[kind] = min(record.ttl, lowest.get(kind, record.ttl))
    altered = False
    for record in records:
        ttl = lowest[record.owner, record.rtype]
        if record.ttl != ttl:
            record.ttl, altered = ttl, True
    return altered


def _negative_lifetime(message: bytes, proofs: list[Record]) -> int:
    """RFC 2308 section 5; without an SOA nothing says how long, so not at all."""
    for record in proofs:
        if record.rtype == SOA:
            minimum = int.from_bytes(message[record.end - 4 : record.end], "big")
            return min(record.ttl, minimum, MAX_NEGATIVE)
    return 0
