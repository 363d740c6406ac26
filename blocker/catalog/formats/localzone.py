"""Local zones and their data as Unbound answers with them, as rules."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final, Literal

from blocker.catalog.formats.local import FORBIDDEN
from blocker.catalog.formats.nowhere import leads_nowhere
from blocker.catalog.formats.rdata import TTL, rdata
from blocker.catalog.formats.reading import SIGN, Covered, Item, Reading
from blocker.catalog.formats.rtypes import type_number
from blocker.catalog.formats.zone import Entry
from blocker.core.names import from_text, parents, to_text, trie_key
from blocker.core.rule import Condition, LocalRecord, Mode, Rule

# How a type of zone answers for the names that it has no data of; None: as if there were no zone.
TYPES: Final[dict[str, Mode | None]] = {
    "static": "nxdomain",
    "deny": "drop",
    "inform_deny": "drop",
    "refuse": "refused",
    "redirect": "nodata",
    "inform_redirect": "nodata",
    "always_nxdomain": "nxdomain",
    "always_nodata": "nodata",
    "always_null": "null-ip",
    "always_refuse": "refused",
    "always_deny": "drop",
    "block_a": "nodata",
    "transparent": None,
    "typetransparent": None,
    "always_transparent": None,
    "inform": None,
    "nodefault": None,
    "noview": None,
    "ipset": None,
}
_DEAF: Final = "always_"  # these types do not look at data
_A, _PTR, _AAAA = type_number("A"), type_number("PTR"), type_number("AAAA")
_ADDRESSES: Final = frozenset((_A, _AAAA))
_OF_THE_ZONE: Final = frozenset((type_number("SOA"), type_number("NS")))


@dataclass(slots=True)
class _Named:
    """The records of one name; none when its addresses lead nowhere, which blocks it."""

    number: int
    records: list[LocalRecord]


class LocalZones:
    """The zones and data of one list, by key."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._zones: dict[bytes, tuple[int, str]] = {}
        self._data: dict[bytes, _Named] = {}
        self._told: set[bytes] = set()  # names that are there for those below them
        # On a list that allows, and where the answer is given, what the zones say is no matter.
        self._overruled = reading.action == "allow" or bool(reading.answer)

    def add_zone(self, number: int, key: bytes, kind: str) -> None:
        """One zone; the last of a name holds, as it does in Unbound."""
        self._zones[key] = (number, kind)

    def add_data(self, number: int, entry: Entry | None) -> None:
        """One record; ValueError when it is wrong, or the list may not have any."""
        if entry is None or (entry.rtype in _OF_THE_ZONE and not self._reading.rewrites):
            return
        record = rdata(entry.rtype, entry.words, entry.names)
        ttl = TTL if entry.ttl is None else entry.ttl
        self._add(number, trie_key(entry.owner), LocalRecord(entry.rtype, ttl, record))

    def add_pointer(self, number: int, text: str) -> None:
        """`192.0.2.3 [ttl] name`: the name of an address."""
        address, *ttl, name = text.split()
        record = LocalRecord(_PTR, int(ttl[0]) if ttl else TTL, from_text(name))
        self._add(number, trie_key(from_text(ip_address(address).reverse_pointer)), record)

    def _add(self, number: int, key: bytes, record: LocalRecord) -> None:
        blocks = record.rtype in _ADDRESSES and leads_nowhere(record.rdata)
        if not (blocks or self._overruled or self._reading.rewrites):
            raise ValueError(FORBIDDEN)
        data = self._data.setdefault(key, _Named(number, []))
        if not (blocks or self._overruled):
            data.records.append(record)

    def items(self) -> Iterator[Item]:
        """All that the zones say."""
        answers = {key: self._answer(key, kind) for key, (_, kind) in self._zones.items()}
        usual = Counter(mode for mode in answers.values() if mode is not None)
        usual[""] += sum(not data.records for data in self._data.values())
        self._reading.mode = max(usual, key=lambda mode: usual[mode])
        for key, (number, kind) in self._zones.items():
            mode = answers[key]
            if mode is None:
                continue
            data = self._data.get(key)
            if data and data.records and kind.endswith("redirect"):
                yield self._rule(data.number, key, "subtree", records=data.records)
            else:
                types = (_A,) if kind == "block_a" else ()
                yield self._blocked(number, key, self._reading.covers("subtree"), mode, types)
        yield from self._answers()
        yield from self._exceptions(answers)

    def _answer(self, key: bytes, kind: str) -> Mode | None:
        """How a zone answers; "" as everything that is blocked."""
        if TYPES[kind] is None:
            return None
        data = self._data.get(key)
        blocks = kind.endswith("redirect") and data is not None and not data.records
        return "" if blocks or self._overruled else TYPES[kind]

    def _answers(self) -> Iterator[Item]:
        """The data, each of its own name alone."""
        for key, data in self._data.items():
            zone = self._zone_of(key)
            kind = self._zones[zone][1] if zone is not None else ""
            if kind.startswith(_DEAF):
                text = to_text(trie_key(key)).encode()
                self._reading.ignored(data.number, text, f"is data, which {kind} does not look at")
            elif not (zone == key and kind.endswith("redirect")):
                if not data.records:
                    yield self._blocked(data.number, key, "exact", "")
                else:
                    types = tuple({record.rtype: None for record in data.records})
                    yield self._rule(
                        data.number, key, "exact", records=data.records,
                        types=types if kind == "typetransparent" else (),
                    )  # fmt: skip
            if kind == "static" and zone is not None:
                yield from self._above(data.number, key, zone)

    def _above(self, number: int, key: bytes, zone: bytes) -> Iterator[Item]:
        """Names without data that have some below them exist (RFC 8020), also in a static zone."""
        for name in parents(trie_key(key)):
            above = trie_key(name)
            if len(above) < len(zone):
                break
            if above not in self._data and above not in self._told:
                self._told.add(above)
                yield self._blocked(number, above, "exact", "nodata")

    def _exceptions(self, answers: dict[bytes, Mode | None]) -> Iterator[Item]:
        """Zones that are transparent inside of one that is not; but for what is again not so."""
        exceptions: dict[bytes, list[bytes]] = {}
        for key in (key for key, mode in answers.items() if mode is None):
            above = self._zone_of(key, itself=False)
            if above is not None and answers[above] is not None:
                exceptions[key] = []
        if not exceptions:
            return
        for key in (*self._data, *self._zones):
            zone = self._zone_of(key, itself=key not in self._zones)
            if zone in exceptions and (key in self._data or answers[key] is not None):
                exceptions[zone].append(trie_key(key))
        for key, names in exceptions.items():
            number, kind = self._zones[key]
            unless = () if kind.startswith(_DEAF) else tuple(dict.fromkeys(names))
            yield self._reading.rule(
                number, to_text(trie_key(key)), "subtree", trie_key(key), action="allow",
                unless=unless,
            )  # fmt: skip

    def _zone_of(self, key: bytes, *, itself: bool = True) -> bytes | None:
        """The closest zone that a name lies in."""
        for name in (*parents(trie_key(key)), b"\x00"):
            zone = trie_key(name)
            if zone in self._zones and (itself or zone != key):
                return zone
        return None

    def _blocked(
        self, number: int, key: bytes, match: Covered, mode: Mode, types: tuple[int, ...] = ()
    ) -> Item:
        if mode == self._reading.mode and not types:
            return number | SIGN[match], key
        return self._rule(number, key, match, mode=mode, types=types)

    def _rule(
        self,
        number: int,
        key: bytes,
        match: Literal["exact", "subtree", "below"],
        *,
        mode: Mode = "",
        records: list[LocalRecord] | None = None,
        types: tuple[int, ...] = (),
    ) -> Rule:
        name = trie_key(key)
        return self._reading.rule(
            number,
            to_text(name),
            match,
            name,
            action="local" if records else "block",
            mode=mode,
            records=tuple(records or ()),
            condition=Condition(types=types) if types else None,
        )
