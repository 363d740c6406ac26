"""What an upstream says beside its answer: in the sections that are not passed on.

Rule: nothing here makes an answer. It can only make one suspect: the resolver says that it blocked
the name, or has the address of a service at hand, and that lies in the home. What cannot be read
says nothing.
"""

from collections.abc import Collection
from typing import Final

from blocker.core.extended import BLOCKED, BLOCKED_UPSTREAM, CENSORED, FILTERED
from blocker.core.rebinding import leads_home
from blocker.core.records import BadRecord, Record, read
from blocker.core.wire import NXDOMAIN, OPT

EXTENDED_ERROR: Final = 15  # EDNS option

_CODE: Final = EXTENDED_ERROR.to_bytes(2, "big")
_KEPT_BACK: Final = frozenset((BLOCKED, CENSORED, FILTERED, BLOCKED_UPSTREAM))
_RA_AND_RCODE: Final = 0x8F


def is_blocked_upstream(message: bytes, start: int) -> bool:
    """Whether the resolver says that it kept something back; `start` is where the records begin.

    By an extended error, or as response policy zones do: NXDOMAIN without recursion available.
    """
    if message[3] & _RA_AND_RCODE == NXDOMAIN:
        return True
    if _CODE not in message:
        return False
    for record in _beside(message, start):
        if message[record.ttl_at - 4 : record.ttl_at - 2] == OPT.to_bytes(2, "big"):
            return any(code in _KEPT_BACK for code in _errors(message[record.data : record.end]))
    return False


def services_lead_home(message: bytes, start: int, targets: Collection[bytes]) -> bool:
    """Whether an address of these names is one of the home (RFC 9460 section 4.2 has resolvers add
    them).
    """
    if not targets:
        return False
    return leads_home(message, [each for each in _beside(message, start) if each.owner in targets])


def _beside(message: bytes, start: int) -> list[Record]:
    """The records after those of the answer."""
    answers, *others = (message[at] << 8 | message[at + 1] for at in (6, 8, 10))
    try:
        return read(message, start, answers + sum(others), _name(message, start))[answers:]
    except BadRecord:
        return []


def _name(message: bytes, start: int) -> bytes:
    """The folded name of the question, which ends where the records start."""
    return message[12 : start - 4].lower()


def _errors(options: bytes) -> list[int]:
    codes, at = [], 0
    while at + 6 <= len(options):
        option, length, code = (options[i] << 8 | options[i + 1] for i in (at, at + 2, at + 4))
        if option == EXTENDED_ERROR and length > 1:
            codes.append(code)
        at += 4 + length
    return codes
