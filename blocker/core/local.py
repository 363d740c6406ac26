"""Records that rules answer with: of the user's own, or of a list that may.

Rule: an alias is followed through further local records first; what is left of it then, an upstream
is asked for, and the client gets both parts as one answer.
"""

from dataclasses import dataclass

from blocker.core.answer import truncated
from blocker.core.extended import FORGED, error
from blocker.core.policy import Rule, Verdict
from blocker.core.records import copy, read, target
from blocker.core.response import MAX_CHAIN
from blocker.core.sinkhole import QNAME, record, soa
from blocker.core.view import Matcher
from blocker.core.wire import (
    ANY,
    CNAME,
    HEADER,
    IN,
    NOERROR,
    STREAM_LIMIT,
    YXDOMAIN,
    Query,
    frame,
    opt,
    wants_structured_errors,
)

NEGATIVE_TTL = 30  # seconds, of a type that a local name has no record of
LONGEST_NAME = 255  # octets: RFC 1035 section 2.3.4


@dataclass(slots=True)
class Aliased:
    """A question, and the local records that lead from its name to `target`.

    `itself` tells that the last of them is an alias of itself: that name is left to the upstreams.
    """

    query: Query
    target: bytes
    records: bytes = b""
    count: int = 0
    itself: bool = False
    rcode: int = NOERROR

    def follow(self, rule: Rule) -> bool:
        """Go on by the rule's alias, if it has one and the question is not for it."""
        if self.query.qclass != IN or self.query.qtype in (CNAME, ANY):
            return False
        for local in rule.records:
            if local.rtype == CNAME:
                owner = self.target if self.count else QNAME
                onward = _expanded(local.rdata, self.target)
                if onward.lower() == self.target.lower():
                    self.itself = True
                    return False
                if len(onward) > LONGEST_NAME:
                    self.rcode = YXDOMAIN
                    return False
                self.target = onward
                self.records += record(CNAME, local.ttl, self.target, owner)
                self.count += 1
                return self.count <= MAX_CHAIN
        return False

    def question(self) -> Query:
        """The question for the target; of any size, since only both parts together must fit."""
        query = self.query
        question = self.target + query.question[-4:]
        name = self.target.lower()
        limit = STREAM_LIMIT if query.stream else STREAM_LIMIT - 1  # it is no stream for that
        return Query(name, query.qtype, query.qclass, question, query.shape, limit)

    def tail(self, rule: Rule | None) -> bytes:
        """The reply after its id: the aliases, and the rule's records of the last name."""
        query = self.query
        own = [
            local
            for local in (rule.records if rule else ())
            if query.qclass == IN and query.qtype in (local.rtype, ANY)
        ]
        owner = self.target if self.count else QNAME
        body = self.records + b"".join(
            record(local.rtype, local.ttl, local.rdata, owner) for local in own
        )
        forged = _is_forged(rule, query) and bool(own or self.count)
        extended = opt(query.shape, error(FORGED) if forged else b"")
        proofs = 0 if own or self.count or self.rcode else 1
        if proofs:
            body = soa(NEGATIVE_TTL)
        # What is found by where an upstream's answer leads is no data of that name.
        aa = rule is None or rule.match != "address"
        return _framed(query, self.rcode, self.count + len(own), proofs, body, extended, aa=aa)

    def joined(self, tail: bytes) -> bytes:
        """The reply after its id, from one to `question()`."""
        message = b"\x00\x00" + tail
        counts = message[6] << 8 | message[7], message[8] << 8 | message[9]
        at = HEADER + len(self.target) + 4
        found = read(message, at, sum(counts), self.target.lower())
        body, _ = copy(message, found)
        return _framed(
            self.query,
            message[3] & 15,
            self.count + counts[0],
            counts[1],
            self.records + body,
            message[found[-1].end if found else at :],  # what its OPT record says of it holds still
        )


def followed(
    query: Query, verdict: Verdict | None, policy: Matcher, client: str
) -> tuple[Aliased, Verdict | None]:
    """As far as local aliases lead from a question, and the verdict on the last of their names;
    none on a name that is left to the upstreams.
    """
    aliased = Aliased(query, query.name)
    while verdict is not None and verdict.action == "local" and aliased.follow(verdict.rule):
        verdict = policy.match(aliased.target.lower())
        if verdict is not None and verdict.action == "depends":
            verdict = policy.resolve(verdict, query.qtype, client)
    passes = verdict is not None and verdict.rule.mode == "tcp-only" and query.stream
    return aliased, None if aliased.itself or passes else verdict


def spliced(query: Query, tail: bytes, verdict: Verdict, alias: bytes) -> bytes:
    """An upstream's reply as far as its alias chain leads to `alias`, then that name's own records
    (RPZ local data).
    """
    message = b"\x00\x00" + tail
    found = read(message, HEADER + len(query.question), message[6] << 8 | message[7], query.name)
    aliases = {each.owner: each for each in found if each.rtype == CNAME}
    chain, owner = [], query.name
    while owner != alias:
        chain.append(aliases[owner])
        owner = target(message, aliases[owner])
    body, _ = copy(message, chain)
    aliased = Aliased(query, alias, body, len(chain))
    return aliased.tail(None if aliased.follow(verdict.rule) else verdict.rule)


def _is_forged(rule: Rule | None, query: Query) -> bool:
    """Whether a list says other than the name's owner (RFC 8914 section 4.5)."""
    listed = rule is not None and rule.layer == "subscription"
    return listed and not wants_structured_errors(query.shape)


def _expanded(rdata: bytes, name: bytes) -> bytes:
    """`*.example.` stands for the name that is asked, below example (RPZ section 3.6)."""
    return name[:-1] + rdata[2:] if rdata[:2] == b"\x01*" else rdata


def _framed(
    query: Query,
    rcode: int,
    answers: int,
    authorities: int,
    body: bytes,
    extended: bytes,
    *,
    aa: bool = True,
) -> bytes:
    if HEADER + len(query.question) + len(body) + len(extended) > query.limit:
        return truncated(query, rcode, aa=aa)
    head = frame(query.shape, rcode, answers, authorities, 1 if extended else 0, aa)
    return head + query.question + body + extended
