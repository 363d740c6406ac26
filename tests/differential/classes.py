"""Why answers differ: a class for each reason. README.md says of each who is right, and why.

Rule: a class asks for the very question and the very two answers that it explains. What fits none
is a failure of the run.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.differential.questions import Question
from tests.differential.replies import Difference, Reply

_NOERROR, _SERVFAIL, _NXDOMAIN, _REFUSED, _YXDOMAIN, _BADVERS = 0, 2, 3, 5, 6, 16
_CNAME, _HINFO, _DS, _ANY = 5, 13, 43, 255
_ZONE_TYPES: Final = (2, 6)  # NS and SOA
_META: Final = (41, 128, 249, 250, 251, 252)
_NEWER: Final = (
    *("resolver.arpa", "local", "internal", "alt", "use-application-dns.net"),
)  # than Unbound 1.17's list of special names
_APEXES: Final = ("localhost", "test", "10.in-addr.arpa", "8.b.d.0.1.0.0.2.ip6.arpa")
_UNSIGNED: Final = ("localhost", "test")
_EXTRA_ALIASES: Final = ("plain", "unequal", "double", "twoaliases")


@dataclass(frozen=True, slots=True)
class Compared:
    """A question, what both said, and one difference. `again`: asked the second time."""

    question: Question
    ours: Reply | None
    theirs: Reply | None
    difference: Difference
    again: bool

    def __str__(self) -> str:
        when = "again" if self.again else "first"
        asked = f"{self.question.script or 'special'}, {when}: {self.question}"
        told = [reply.errors for reply in (self.ours, self.theirs) if reply is not None]
        return f"{asked}\n    {self.difference}; extended errors {told}"


def class_of(one: Compared) -> str | None:
    """The first class that explains a difference."""
    if one.ours is None or one.theirs is None:
        return None  # a reply that did not come is never right
    question, field = one.question, one.difference.field
    for name, explains in CLASSES.items():
        if explains(question, one.ours, one.theirs, field):
            return name
    return None


Explains = Callable[[Question, Reply, Reply, str], bool]


def _meta_type(question: Question, ours: Reply, theirs: Reply, field: str) -> bool:
    return question.qtype in _META and ours.rcode in (_REFUSED, _BADVERS) and not ours.count


def _other_class(question: Question, ours: Reply, theirs: Reply, field: str) -> bool:
    return question.qclass != 1 and ours.rcode == _REFUSED and not ours.count


def _minimal_any(question: Question, ours: Reply, theirs: Reply, field: str) -> bool:
    return question.qtype == _ANY and [key[1] for key in ours.records] == [_HINFO]


def _newer_special(question: Question, ours: Reply, theirs: Reply, field: str) -> bool:
    """The upstream was asked, and knows no such name."""
    forwarded = theirs.rcode == _NXDOMAIN and theirs.soa is None
    return _is_special(question, _NEWER) and forwarded and bool(ours.flags["aa"])


def _special_soa(question: Question, ours: Reply, theirs: Reply, field: str) -> bool:
    both = bool(ours.flags["aa"] and theirs.flags["aa"]) and ours.rcode == theirs.rcode
    return not question.script and both and field in ("soa", "ttl") and not ours.count


def _special_apex(question: Question, ours: Reply, theirs: Reply, field: str) -> bool:
    """Unbound has a zone there, with SOA and NS records; ours has none."""
    asked = _is_special(question, _APEXES) and theirs.rcode == _NOERROR
    known = theirs.count == 1 if question.qtype in _ZONE_TYPES else theirs.soa is not None
    return asked and known and not ours.count and bool(theirs.flags["aa"])


def _parents_ds(question: Question, ours: Reply, theirs: Reply, field: str) -> bool:
    asked = question.qtype == _DS and question.name.lower() in _UNSIGNED
    return asked and bool(ours.flags["aa"]) and not theirs.flags["aa"]


def _compression(question: Question, ours: Reply, theirs: Reply, field: str) -> bool:
    cut = ours.flags["tc"] and not theirs.flags["tc"] and not ours.count and theirs.count
    return bool(cut) and ours.rcode == theirs.rcode and field in ("tc", "count", "records")


def _dangling(question: Question, ours: Reply, theirs: Reply, field: str) -> bool:
    fits = question.script == "dangling" and (ours.count, theirs.count) == (1, 2)
    return fits and field in ("count", "records", "ttl")


def _aliases_asked_for(question: Question, ours: Reply, theirs: Reply, field: str) -> bool:
    several = question.qtype == _CNAME and question.script in _EXTRA_ALIASES
    return several and ours.count > 1 == theirs.count and field in ("count", "records", "ttl")


def _unequal_ttls(question: Question, ours: Reply, theirs: Reply, field: str) -> bool:
    if question.script != "unequal" or field != "ttl":
        return False
    lowest = set(ours.records.values())
    return len(lowest) == 1 and max(lowest) < max(theirs.records.values())


def _rebinding(question: Question, ours: Reply, theirs: Reply, field: str) -> bool:
    return question.script == "home" and ours.soa is not None and field == "soa"


def _misshapen(question: Question, ours: Reply, theirs: Reply, field: str) -> bool:
    return question.script == "misshapen" and ours.rcode == _SERVFAIL and theirs.count == 1


def _record_of_another_class(question: Question, ours: Reply, theirs: Reply, field: str) -> bool:
    """Unbound takes it, and follows it if it is an alias."""
    taken = not ours.rcode and (ours.count, theirs.count) == (0, 1)
    return question.script == "otherclass" and taken and field in ("count", "records", "rcode")


def _referral(question: Question, ours: Reply, theirs: Reply, field: str) -> bool:
    empty = not ours.rcode and not ours.count and theirs.rcode == _SERVFAIL
    return question.script == "referral" and empty and field == "rcode"


def _yxdomain(question: Question, ours: Reply, theirs: Reply, field: str) -> bool:
    """Without the DNAME that would make it an answer."""
    rcodes = (ours.rcode, theirs.rcode) == (_SERVFAIL, _YXDOMAIN)
    return question.script == "rcode6" and rcodes and field == "rcode"


def _is_special(question: Question, zones: tuple[str, ...]) -> bool:
    name = question.name.lower()
    return not question.script and any(name == zone or name.endswith("." + zone) for zone in zones)


CLASSES: Final[dict[str, Explains]] = {
    "meta type": _meta_type,
    "other class": _other_class,
    "minimal ANY": _minimal_any,
    "newer special name": _newer_special,
    "SOA of a special name": _special_soa,
    "apex of a special name": _special_apex,
    "DS of a special name": _parents_ds,
    "compression": _compression,
    "dangling alias": _dangling,
    "aliases asked for": _aliases_asked_for,
    "unequal TTLs": _unequal_ttls,
    "rebinding": _rebinding,
    "misshapen address": _misshapen,
    "record of another class": _record_of_another_class,
    "referral": _referral,
    "YXDOMAIN": _yxdomain,
}
