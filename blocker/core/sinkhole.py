"""What a blocked name answers.

Rule: one verdict, one meaning for every type: when A says 0.0.0.0, HTTPS, SVCB and all others say
NODATA, so a client never finds through one type what another denied it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from blocker.core.answer import truncated
from blocker.core.extended import SHORTEST, of_block
from blocker.core.policy import Verdict
from blocker.core.wire import (
    AAAA,
    IN,
    NOERROR,
    NXDOMAIN,
    REFUSED,
    SOA,
    UDP_MINIMUM,
    A,
    Query,
    frame,
    opt,
    wants_structured_errors,
)

Mode = Literal["addresses", "nxdomain", "nodata", "refused"]

_ID: Final = 2  # octets, which a tail is without
_LONGEST_QUESTION: Final = 255 + 4

QNAME = b"\xc0\x0c"  # a pointer to the question's name


@dataclass(frozen=True, slots=True)
class Sinkhole:
    """How blocked names are answered: a mode, for `addresses` the ones to give, and a TTL in
    seconds.
    """

    mode: Mode = "addresses"
    ipv4: Sequence[bytes] = (bytes(4),)
    ipv6: Sequence[bytes] = (bytes(16),)
    ttl: int = 30

    def tail(self, query: Query, verdict: Verdict) -> bytes:
        """The reply after its id; empty for silence. Its parts are made once per verdict, frame and
        type.
        """
        qtype = query.qtype
        if qtype not in (A, AAAA) or query.qclass != IN:
            qtype = 0
        wanted = query.shape << 16 | qtype
        ready = verdict.ready.get(wanted)
        if ready is None or ready[2] is not self:  # groups may share a policy, not a sinkhole
            return self._made(query, qtype, wanted, verdict)
        return ready[0] + query.question + ready[1]

    def _made(self, query: Query, qtype: int, wanted: int, verdict: Verdict) -> bytes:
        """The reply, with as much of its text as there is room for; kept if there always is."""
        mode = verdict.rule.mode
        if mode == "drop":
            return b""
        if mode == "tcp-only":
            return truncated(query, aa=_is_own(verdict))
        head, rest, _ = parts = self._parts(query.shape, qtype, verdict, 0)
        if len(head) + _LONGEST_QUESTION + len(rest) <= UDP_MINIMUM - _ID:
            verdict.ready[wanted] = parts
        for shorter in range(1, SHORTEST + 1):
            if len(head) + len(query.question) + len(rest) <= query.limit - _ID:
                break
            head, rest, _ = self._parts(query.shape, qtype, verdict, shorter)
        return head + query.question + rest

    def _parts(
        self, shape: int, qtype: int, verdict: Verdict, shorter: int
    ) -> tuple[bytes, bytes, "Sinkhole"]:
        """What goes before the question and after it; `shorter` is how much text is left out."""
        mode = _MODES.get(verdict.rule.mode, self.mode)
        own = _is_own(verdict)
        addresses = self._addresses(qtype, mode)
        structured = wants_structured_errors(shape)
        said = of_block(verdict, structured=structured, forged=bool(addresses))
        extended = opt(shape, said[shorter])
        additionals = 1 if extended else 0
        if mode == "refused":
            return frame(shape, REFUSED, 0, 0, additionals, own), extended, self
        rcode = NXDOMAIN if mode == "nxdomain" else NOERROR
        if not addresses:
            return frame(shape, rcode, 0, 1, additionals, own), soa(self.ttl) + extended, self
        records = b"".join(record(qtype, self.ttl, address) for address in addresses)
        return frame(shape, rcode, len(addresses), 0, additionals, own), records + extended, self

    def _addresses(self, qtype: int, mode: Mode) -> Sequence[bytes]:
        if mode != "addresses":
            return ()
        return {A: self.ipv4, AAAA: self.ipv6}.get(qtype, ())


_MODES: Final[dict[str, Mode]] = {
    "null-ip": "addresses",
    "nxdomain": "nxdomain",
    "nodata": "nodata",
    "refused": "refused",
}


def _is_own(verdict: Verdict) -> bool:
    """Whether the answer is ours as that of a zone is (AA): the rule says itself how its name is
    answered. What an upstream's answer leads to is no name of ours.
    """
    return bool(verdict.rule.mode) and verdict.rule.match != "address"


def nodata(query: Query, ttl: int, said: bytes) -> bytes:
    """The reply after its id that there is no such record, and why: `said` is an option of EDNS."""
    extended = opt(query.shape, said)
    head = frame(query.shape, NOERROR, 0, 1, 1 if extended else 0)
    return head + query.question + soa(ttl) + extended


def record(rtype: int, ttl: int, content: bytes, owner: bytes = QNAME) -> bytes:
    """A record of class IN, of the question's name unless `owner` is another."""
    head = owner + rtype.to_bytes(2, "big") + b"\x00\x01" + ttl.to_bytes(4, "big")
    return head + len(content).to_bytes(2, "big") + content


def soa(ttl: int) -> bytes:
    """The SOA that lets a negative answer be cached for `ttl` seconds (RFC 2308 section 3)."""
    names = b"\x09localhost\x00" + b"\x06nobody\x07invalid\x00"  # as RFC 6303 section 3
    numbers = b"".join(number.to_bytes(4, "big") for number in (1, 3600, 1200, 604_800, ttl))
    return record(SOA, ttl, names + numbers)
