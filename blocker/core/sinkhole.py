"""What a blocked name answers.

Rule: one verdict, one meaning for every type: when A says 0.0.0.0, HTTPS, SVCB and all others say
NODATA, so a client never finds through one type what another denied it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from blocker.core.answer import truncated
from blocker.core.policy import Verdict
from blocker.core.wire import AAAA, IN, NOERROR, NXDOMAIN, REFUSED, SOA, A, Query, frame, opt

EDE_BLOCKED = 15  # RFC 8914 section 4.16

Mode = Literal["addresses", "nxdomain", "nodata", "refused"]

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
            mode = verdict.rule.mode
            if mode == "drop":
                return b""
            if mode == "tcp-only":
                return truncated(query, aa=_is_own(verdict))
            ready = self._parts(query.shape, qtype, verdict)
            verdict.ready[wanted] = ready
        return ready[0] + query.question + ready[1]

    def _parts(self, shape: int, qtype: int, verdict: Verdict) -> tuple[bytes, bytes, "Sinkhole"]:
        extended = opt(shape, EDE_BLOCKED, reason(verdict))
        additionals = 1 if extended else 0
        mode = _MODES.get(verdict.rule.mode, self.mode)
        own = _is_own(verdict)
        if mode == "refused":
            return frame(shape, REFUSED, 0, 0, additionals, own), extended, self
        rcode = NXDOMAIN if mode == "nxdomain" else NOERROR
        addresses = self._addresses(qtype, mode)
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


def reason(verdict: Verdict) -> str:
    """A short text for people: `xiaomi analytics: data.mistat.xiaomi.com`."""
    rule = verdict.rule
    if rule.vendor:
        return f"{rule.vendor} {rule.purpose}: {rule.text}"
    return f"your own rule: {rule.text}" if rule.layer == "user" else f"on the list {rule.list}"


def record(rtype: int, ttl: int, content: bytes, owner: bytes = QNAME) -> bytes:
    """A record of class IN, of the question's name unless `owner` is another."""
    head = owner + rtype.to_bytes(2, "big") + b"\x00\x01" + ttl.to_bytes(4, "big")
    return head + len(content).to_bytes(2, "big") + content


def soa(ttl: int) -> bytes:
    """The SOA that lets a negative answer be cached for `ttl` seconds (RFC 2308 section 3)."""
    names = b"\x09localhost\x00" + b"\x06nobody\x07invalid\x00"  # as RFC 6303 section 3
    numbers = b"".join(number.to_bytes(4, "big") for number in (1, 3600, 1200, 604_800, ttl))
    return record(SOA, ttl, names + numbers)
