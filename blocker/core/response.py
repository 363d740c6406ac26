"""What an upstream said: whether it is an answer to the question, and what of it is kept.

Rule: only what answers the question is kept: the records along the alias chain from the question's
name, and of a negative answer the SOA with its proofs (RFC 2181 section 5.4.1, RFC 2308).
"""

from blocker.core.answer import Answer, Lifetimes, aged
from blocker.core.beside import EXTENDED_ERROR, is_blocked_upstream, services_lead_home
from blocker.core.names import is_below
from blocker.core.rebinding import leads_home
from blocker.core.records import (
    SERVICE,
    BadRecord,
    Record,
    copy,
    read,
    service_targets,
    target,
)
from blocker.core.wire import CNAME, HEADER, NOERROR, NXDOMAIN, RRSIG, SOA, Query

MAX_CHAIN = 12  # aliases followed; a chain that is longer, or a loop, is no answer
MAX_NEGATIVE = 3600  # seconds; RFC 2308 section 5 calls one to three hours sensible

_DNAME, _NSEC, _NSEC3 = 39, 47, 50
_OF_A_NEGATIVE = frozenset((SOA, RRSIG, _NSEC, _NSEC3))
_SOA_ALONE = frozenset((SOA,))  # proofs are for those who say DO (RFC 3225 section 3)


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
        chain, links = _chain(query, message, records)
        kept = [record for record in records if _on_chain(query, record, chain, links)]
        if rcode == NXDOMAIN or not _has_data(query, kept, chain):
            at = records[-1].end if records else start
            authority = read(message, at, message[8] << 8 | message[9], query.name)
            wanted = _OF_A_NEGATIVE if query.do else _SOA_ALONE
            proofs = [record for record in authority if record.rtype in wanted]
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
    return answer


def _is_plain(query: Query, records: list[Record]) -> bool:
    """Whether all that came is what was asked for, as nearly always."""
    for record in records:
        if record.rtype != query.qtype or record.owner != query.name:
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


def _on_chain(query: Query, record: Record, chain: list[bytes], links: list[Record]) -> bool:
    owners = [query.name, *chain]
    if record.owner == owners[-1] and record.rtype == query.qtype:
        return True
    if record.rtype == CNAME:
        return record in links
    if record.rtype == RRSIG:
        return query.do and record.owner in owners
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
