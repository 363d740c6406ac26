"""What an upstream said: whether it is an answer to the question, and what of it is kept.

Rule: only what answers the question is kept: the records along the alias chain from the question's
name, of a negative answer the SOA, and the proofs that go with either (RFC 2181 section 5.4.1, RFC
2308, RFC 4035 section 3.1.3). What is kept can be read by whoever gets it.
"""

from blocker.core.answer import Answer, Lifetimes, aged
from blocker.core.beside import EXTENDED_ERROR, is_blocked_upstream, services_lead_home
from blocker.core.names import is_below
from blocker.core.rebinding import leads_home, leads_nowhere
from blocker.core.records import (
    NAMED,
    SERVICE,
    BadRecord,
    Record,
    check,
    copy,
    read,
    service_targets,
    target,
)
from blocker.core.wire import CNAME, HEADER, NOERROR, NXDOMAIN, RRSIG, SOA, YXDOMAIN, Query

MAX_CHAIN = 12  # aliases followed; a chain that is longer, or a loop, is no answer
MAX_NEGATIVE = 3600  # seconds; RFC 2308 section 5 calls one to three hours sensible

_DNAME, _NSEC, _NSEC3 = 39, 47, 50
_SOA = frozenset((SOA,))
_PROOFS = frozenset((_NSEC, _NSEC3))  # for those who say DO (RFC 3225 section 3)


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
        rcode in (NOERROR, NXDOMAIN, YXDOMAIN)
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
    proofs: list[Record] = []
    kept = records
    lifetime = lifetimes.most
    if rcode != NOERROR or not _is_plain(query, records):
        chain, links = _chain(query, message, records)
        kept = [record for record in records if _on_chain(query, message, record, chain, links)]
        negative = rcode == NXDOMAIN or not _has_data(query, kept, chain)
        if negative or query.do:
            at = records[-1].end if records else start
            proofs, authority, lifetime = _proven(query, message, at, negative, lifetime)
            records = records + authority
        check(message, kept + proofs)
    elif query.qtype in NAMED:
        check(message, kept)
    lifetime, altered = _bound(kept, lifetimes, lifetime)
    altered = altered or bool(proofs)
    for record in proofs:  # RFC 2308 section 5: the SOA's TTL counts the negative answer's down
        record.ttl = min(record.ttl, lifetime)
    if len(kept) > 1 and len({record.ttl for record in kept}) > 1:
        altered = _level(kept) or altered
    body, ttls = _body(query, message, start, records, kept + proofs if proofs else kept)
    if altered or not lifetime:  # zero may stand for a TTL that was none (RFC 2181 section 8)
        body = aged(body, ttls, 0)
    answer = Answer(
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
    if query.qtype in SERVICE:
        answer.services = service_targets(message, kept)
        answer.leads_home |= services_lead_home(message, start, answer.services)
    if rcode or EXTENDED_ERROR in message:  # at one look: few messages have that octet anywhere
        answer.blocked = is_blocked_upstream(message, start)
    if answer.leads_home and leads_nowhere(message, kept):
        answer.blocked = True
    return answer


def _is_plain(query: Query, records: list[Record]) -> bool:
    """Whether all that came is what was asked for, as nearly always, with the owner's name nowhere
    but in the question: there it is the very object.
    """
    for record in records:
        if record.rtype != query.qtype or record.owner is not query.name:
            return False
    return bool(records)


def _chain(query: Query, message: bytes, records: list[Record]) -> tuple[list[bytes], list[Record]]:
    """The alias targets from the question's name on, and the aliases that lead there, wherever they
    stand in the answer. Of several aliases of a name, which there may not be, the first counts.
    """
    chain: list[bytes] = []
    links: list[Record] = []
    aliases = {record.owner: record for record in reversed(records) if record.rtype == CNAME}
    owner = query.name
    while query.qtype != CNAME and owner in aliases:
        links.append(aliases[owner])
        owner = target(message, aliases[owner])
        chain.append(owner)
        if len(chain) > MAX_CHAIN:
            raise BadRecord
    return chain, links


def _on_chain(
    query: Query, message: bytes, record: Record, chain: list[bytes], links: list[Record]
) -> bool:
    owners = [query.name, *chain]
    if record.owner == owners[-1] and record.rtype == query.qtype:
        return True
    if record.rtype == CNAME:
        return record in links
    rtype = record.rtype
    if rtype == RRSIG:
        if not query.do:
            return False
        if record.owner in owners:
            return True
        rtype = _covered(message, record)  # that of a DNAME stands for the alias it makes
    return rtype == _DNAME and any(is_below(owner, record.owner) for owner in owners)


def _proven(
    query: Query, message: bytes, at: int, negative: bool, lifetime: int
) -> tuple[list[Record], list[Record], int]:
    """What proves the answer, all that stands with it in the authority section at `at`, and for how
    long it proves that. A positive answer has a proof if it is a wildcard's (RFC 4035 section
    3.1.3.3).
    """
    authority = read(message, at, message[8] << 8 | message[9], query.name)
    wanted = (_SOA if negative else frozenset()) | (_PROOFS if query.do else frozenset())
    proofs = [
        record
        for record in authority
        if record.rtype in wanted
        or (query.do and record.rtype == RRSIG and _covered(message, record) in wanted)
    ]
    if negative:
        return proofs, authority, _negative_lifetime(message, proofs)
    return proofs, authority if proofs else [], min([lifetime, *(each.ttl for each in proofs)])


def _covered(message: bytes, signature: Record) -> int:
    """The type that a signature is for."""
    return int.from_bytes(message[signature.data : signature.data + 2], "big")


def _has_data(query: Query, kept: list[Record], chain: list[bytes]) -> bool:
    last = chain[-1] if chain else query.name
    return any(record.rtype == query.qtype and record.owner == last for record in kept)


def _body(
    query: Query, message: bytes, start: int, records: list[Record], kept: list[Record]
) -> tuple[bytes, list[tuple[int, int]]]:
    """The records to keep: as they lie in the message if that is all of them, else written out.

    The question of an upstream may be in letters that are noise; who asked has better ones.
    """
    name = query.name
    if len(kept) < len(records) or any(
        record.owner == name and record.owner is not name for record in kept
    ):
        return copy(message[:HEADER] + query.question + message[start:], kept, name)
    end = records[-1].end if records else start
    return message[start:end], [(record.ttl_at - start, record.ttl) for record in records]


def _bound(records: list[Record], lifetimes: Lifetimes, lifetime: int) -> tuple[int, bool]:
    """Bring TTLs within their bounds: the least of them and `lifetime`, and whether any changed."""
    altered = False
    for record in records:  # written out, since min() and max() cost more than the rest of the loop
        ttl = record.ttl
        if ttl < lifetimes.least:
            record.ttl = ttl = lifetimes.least
            altered = True
        elif ttl > lifetimes.most:
            record.ttl = ttl = lifetimes.most
            altered = True
        if ttl < lifetime:
            lifetime = ttl
    return lifetime, altered


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
