"""Response policy zones (draft-vixie-dnsop-dns-rpz): zone files whose owners are triggers and whose
records are actions.

Nothing is said before the whole zone is read, because a wildcard does not reach below a closer
name. What most names are answered with becomes the answer of the list, so that millions of them
need no more than a key each.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal, cast

from blocker.catalog.formats import rpz_trigger
from blocker.catalog.formats.key import key_of
from blocker.catalog.formats.local import FORBIDDEN
from blocker.catalog.formats.nodes import left_out
from blocker.catalog.formats.nowhere import leads_nowhere
from blocker.catalog.formats.rdata import TTL, rdata
from blocker.catalog.formats.reading import SIGN, Covered, Item, Reading
from blocker.catalog.formats.rtypes import TYPES
from blocker.catalog.formats.zone import Entry, entries
from blocker.core.names import ROOT, is_below, to_text, trie_key
from blocker.core.rule import LocalRecord, Match, Mode, Network, Rule, RuleAction
from blocker.ruleset.layout import ALLOW

Action = Mode | Literal["allow", "local"]
Unless = tuple[bytes, ...]
_WILDCARD: Final = b"\x01*"
_TARGETS: Final[dict[str, Action]] = {
    "": "nxdomain",
    "*": "nodata",
    "rpz-passthru": "allow",
    "rpz-drop": "drop",
    "rpz-tcp-only": "tcp-only",
}
_MODES: Final[tuple[Mode, ...]] = ("", "nxdomain", "nodata", "drop", "tcp-only")
_ACTIONS: Final[tuple[Action, ...]] = (*_MODES, "allow", "local")
_CNAME: Final = frozenset((b"CNAME", b"cname"))
_BITS: Final = 3  # that hold an action beside a line: a zone of millions stays small
_ACTION: Final = (1 << _BITS) - 1
_ADDRESSES: Final = frozenset((TYPES["A"], TYPES["AAAA"]))
_NULL: Final = (LocalRecord(TYPES["A"], TTL, bytes(4)), LocalRecord(TYPES["AAAA"], TTL, bytes(16)))
_OF_THE_ZONE: Final = frozenset(
    TYPES[name]
    for name in ("SOA", "NS", "RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "DNSKEY", "CDS", "CDNSKEY",
                 "ZONEMD")
)  # fmt: skip
_SERVERS: Final = "is about the servers that are asked, which a resolver that forwards never sees"


def items(lines: Iterable[bytes], reading: Reading) -> Iterator[Item]:
    """What a zone says."""
    zone = _Zone(reading)
    apex: bytes | None = None
    for entry in entries(_unusual(lines, zone), reading.bad):
        if entry.rtype == TYPES["SOA"]:
            apex = entry.owner
        elif apex is None:
            apex = entry.origin
        zone.relative = apex == entry.origin
        if entry.rtype not in _OF_THE_ZONE:
            try:
                zone.add(entry, apex)
            except ValueError as error:
                reading.bad(entry.number, to_text(entry.owner).encode(), str(error))
    yield from zone.items()


def _unusual(lines: Iterable[bytes], zone: "_Zone") -> Iterator[bytes]:
    """The lines, without those that most zones are full of: `name CNAME .`; these go straight to
    the zone.
    """
    owner = b""  # of such a line just before: one that begins with a space goes on with it
    for number, line in enumerate(lines, 1):
        words = line.split()
        if (
            zone.relative
            and len(words) == 3
            and words[2] == b"."
            and words[1] in _CNAME
            and line.startswith(words[0])
            and b"rpz-" not in words[0]
            and not words[0].endswith(b".")
        ):
            try:
                zone.add_usual(number, words[0].lower())
                owner = words[0]
                yield b""
                continue
            except ValueError:
                pass
        if words and owner:
            yield owner + line if line[:1].isspace() else line
            owner = b""
        else:
            yield line
        if line.startswith(b"$"):
            zone.relative = False  # until an entry tells what names count from


class _Zone:
    """The triggers of a zone and their actions, each packed with its line."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._exact: dict[bytes, int] = {}
        self._below: dict[bytes, int] = {}
        self._networks: dict[tuple[rpz_trigger.Kind, Network], int] = {}
        self._records: dict[object, list[LocalRecord]] = {}
        self._last = self._last_key = b""
        self.relative = False  # whether names count from the zone's own
        # On a list that allows, and where the answer is given, the zone's own does not matter.
        self._overruled = reading.action == "allow" or bool(reading.answer)
        self._usual = _ACTIONS.index("" if self._overruled else "nxdomain")

    def add(self, entry: Entry, apex: bytes) -> None:
        """One record: a trigger and what is done; ValueError when it is neither."""
        owner = _relative(entry.owner, apex)
        if (network := rpz_trigger.network(owner)) is not None:
            self._put(self._networks, network, entry, owner, network[0])
        elif rpz_trigger.is_of_servers(owner):
            self._reading.ignored(entry.number, to_text(owner).encode(), _SERVERS)
        elif owner.startswith(_WILDCARD):
            self._put(self._below, trie_key(owner[2:]), entry, owner, "below")
        elif owner != ROOT:  # the zone's own name may have what it likes
            self._put(self._exact, trie_key(owner), entry, owner, "exact")

    def add_usual(self, number: int, owner: bytes) -> None:
        """A plain name, or wildcard, that does not exist; ValueError when it is not plain."""
        side, name = self._exact, owner
        if owner.startswith(b"*."):
            side, name = self._below, owner[2:]
        if name != self._last:  # a name and its wildcard stand together
            self._last_key, self._last = key_of(name), name
        key = self._last_key
        if key in side:
            raise ValueError("known already")
        side[key] = number << _BITS | self._usual

    def items(self) -> Iterator[Item]:
        """All that the zone says."""
        exact, below = self._exact, self._below
        usual = Counter([packed & _ACTION for side in (exact, below) for packed in side.values()])
        mode = self._reading.mode = max(_MODES, key=lambda mode: usual[_ACTIONS.index(mode)])
        allow = _ACTIONS.index("allow")
        plain = frozenset((_ACTIONS.index(mode), allow))
        outranks = {key: packed & _ACTION == allow for key, packed in below.items()}
        unless = left_out(exact, outranks, exact.keys() & below.keys())
        whole = SIGN[self._reading.covers("exact")]
        for key, packed in exact.items():
            both = key not in unless and packed & _ACTION == below.get(key, -1) & _ACTION
            if packed & _ACTION not in plain:
                yield self._named(key, packed, self._reading.covers("exact"), ())
            else:
                yield _number(packed) | (SIGN["subtree"] if both else whole), key
                if both:
                    below[key] = -1
        for key, packed in below.items():
            if packed >= 0:
                if packed & _ACTION in plain and key not in unless:
                    yield _number(packed) | SIGN["below"], key
                else:
                    yield self._named(key, packed, "below", unless.get(key, ()))
        for (kind, network), packed in self._networks.items():
            yield self._rule(packed, str(network), kind, (kind, (kind, network)), network=network)

    def _named(self, key: bytes, packed: int, match: Covered, unless: Unless) -> Rule:
        """A rule for a name that says more than the name."""
        name = trie_key(key)
        side: Covered = "below" if match == "below" else "exact"
        text = to_text(_WILDCARD + name if match == "below" else name)
        return self._rule(packed, text, match, (side, key), name=name, unless=unless)

    def _rule(
        self,
        packed: int,
        text: str,
        match: Match,
        of: object,
        *,
        name: bytes = ROOT,
        unless: Unless = (),
        network: Network | None = None,
    ) -> Rule:
        action = _ACTIONS[packed & _ACTION]
        own = action in ("allow", "local")
        return self._reading.rule(
            packed >> _BITS,
            text,
            match,
            name,
            action=cast(RuleAction, action) if own else "block",
            mode="" if own else cast(Mode, action),
            records=tuple(self._records.get(of, ())),
            unless=unless,
            network=network,
        )

    def _put(self, side: dict[Any, int], key: Any, entry: Entry, owner: bytes, kind: str) -> None:
        action, record = self._action(entry, owner)
        known = side.get(key)
        before = None if known is None else _ACTIONS[known & _ACTION]
        if action == "local" and record is not None:
            records = self._records.setdefault((kind, key), [])
            if before == "":  # an address of no host stood here before
                records.extend(_NULL)
            elif before not in (None, "local"):
                raise ValueError("a record beside an action")
            records.append(record)
        elif before is not None and before != action:
            raise ValueError("a second action for the same trigger")
        number = entry.number if known is None else known >> _BITS
        side[key] = number << _BITS | _ACTIONS.index(action)

    def _action(self, entry: Entry, owner: bytes) -> tuple[Action, LocalRecord | None]:
        """What the record asks for."""
        reading, words = self._reading, entry.words
        if entry.rtype == TYPES["CNAME"] and len(words) == 1:
            action = _TARGETS.get(words[0].lower().removesuffix("."))
            if words[0] == "." or (words[0] != "*" and action is not None):
                pass
            elif entry.names(words[0]) == owner:  # as passing through was written at first
                action = "allow"
            else:
                action = None
            if action is not None:
                exception = action == "allow" and reading.action != "allow"
                return "" if self._overruled and not exception else action, None
        data = rdata(entry.rtype, words, entry.names)
        if self._overruled:
            return "", None
        if entry.rtype in _ADDRESSES and (
            not any(data) or (not reading.rewrites and leads_nowhere(data))
        ):
            return "", None
        if not reading.rewrites:
            raise ValueError(FORBIDDEN)
        return "local", LocalRecord(entry.rtype, TTL if entry.ttl is None else entry.ttl, data)


def _relative(owner: bytes, apex: bytes) -> bytes:
    """The trigger: the owner without the name of the zone."""
    if not is_below(owner, apex):
        raise ValueError(f"outside of the zone {to_text(apex)}")
    return owner[: len(owner) - len(apex)] + ROOT


def _number(packed: int) -> int:
    """The line, and whether what stands there is an exception."""
    return packed >> _BITS | (ALLOW if _ACTIONS[packed & _ACTION] == "allow" else 0)
