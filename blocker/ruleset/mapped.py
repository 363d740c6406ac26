"""A ruleset in use: the file is mapped, so a million names cost a worker no time and no memory.

All workers share its pages. Nothing here refers to itself, so dropping the last reference unmaps
it; workers run with the cyclic garbage collector off.
"""

import mmap
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import marisa_trie

from blocker.core.names import to_text, trie_key
from blocker.core.policy import Match, Relation, Rule
from blocker.errors import RulesetError
from blocker.ruleset.layout import (
    ALLOW,
    BELOW,
    ENTRY,
    EXACT,
    NUMBER,
    OVERFLOW,
    decode_entry,
    decode_relation,
    read_header,
    source_of,
)

_KIND: Final = ~NUMBER  # of a row: all but its line
_MATCH: Final[dict[int, Match]] = {0: "subtree", EXACT: "exact", BELOW: "below"}
_SIGN: Final = {0: "", EXACT: "=", BELOW: "*."}


class MappedRuleset:
    """The Ruleset that a Policy asks. `header` has what was compiled, and how it went."""

    def __init__(self, trie: Any, mapped: mmap.mmap, header: dict[str, Any]) -> None:
        whole = memoryview(mapped)
        sections = {name: whole[start:end] for name, (start, end) in header["sections"].items()}
        self.prefixes: Callable[[bytes], list[bytes]] = trie.prefixes
        self.version: str = header["version"]  # the hash of all that it was compiled from
        self.catalogue: str = header["catalogue"]  # the version of the curated lists in it
        self.off: list[str] = header["off"]
        self.relations: list[Relation] = [decode_relation(said) for said in header["relations"]]
        self.counts: dict[str, int] = header["counts"]  # rules by layer
        self.vendors: list[str] = header["vendors"]
        self.makers: dict[str, tuple[str, str]] = header["makers"]  # title, jurisdiction
        self.sources: list[dict[str, Any]] = header["sources"]  # the catalogue, then the lists
        self._number: Callable[[bytes], int | None] = trie.get
        self._slots = sections["slots"].cast("Q")
        self._more = sections["more"].cast("Q")
        self._offsets = sections["offsets"].cast("Q")
        self._texts = sections["entries"]
        self._entries: list[Rule | None] = [None] * (len(self._offsets) - 1)
        self._kinds: dict[int, Rule] = {}
        self.keyless: list[Rule] = [self._entry(number) for number in header["keyless"]]
        if len(trie) != len(self._slots):
            raise ValueError("its trie is not its own")

    def rules(self, key: bytes) -> tuple[Rule, ...]:
        """Every rule at a stored key, each with its own text and line; () at other keys."""
        return tuple([self._rule(row, key) for row in self._rows(key)])

    def kinds(self, key: bytes) -> tuple[Rule, ...]:
        """As `rules`, but all lines of a list share one Rule, so a verdict can be kept for each."""
        return tuple([self._kind(row) for row in self._rows(key)])

    def kind(self, key: bytes) -> int:
        """A number for the rule of a key that one line of one list has alone; else 0."""
        number = self._number(key)
        slot = 0 if number is None else self._slots[number]
        return slot & _KIND if slot < OVERFLOW and not slot & ENTRY else 0

    def entries(self) -> Iterator[Rule]:
        """Every rule that was written out whole: all that is curated, and what lists say richer."""
        return map(self._entry, range(len(self._entries)))

    def _rows(self, key: bytes) -> Sequence[int]:
        number = self._number(key)
        if number is None:
            return ()
        slot = self._slots[number]
        if slot < OVERFLOW:
            return (slot,)
        at = slot - OVERFLOW
        return self._more[at + 1 : at + 1 + self._more[at]].tolist()

    def _rule(self, row: int, key: bytes) -> Rule:
        if row & ENTRY:
            return self._entry(row & NUMBER)
        name = trie_key(key)
        text = _SIGN[row & (EXACT | BELOW)] + to_text(name)
        return self._listed(row, text, name, row & NUMBER)

    def _kind(self, row: int) -> Rule:
        if row & ENTRY:
            return self._entry(row & NUMBER)
        kind = row & _KIND
        if (known := self._kinds.get(kind)) is None:
            known = self._kinds[kind] = self._listed(row, "", b"\x00", 0)
        return known

    def _listed(self, row: int, text: str, name: bytes, line: int) -> Rule:
        source = self.sources[source_of(row) - 1]
        return Rule(
            text=text,
            name=name,
            match=_MATCH[row & (EXACT | BELOW)],
            action="allow" if row & ALLOW else source["action"],
            layer="subscription",
            list=source["name"],
            line=line,
            mode=source.get("mode", ""),
        )

    def _entry(self, number: int) -> Rule:
        if (rule := self._entries[number]) is None:
            start, end = self._offsets[number : number + 2]
            rule = self._entries[number] = decode_entry(bytes(self._texts[start:end]))
        return rule


def open_ruleset(path: Path) -> MappedRuleset:
    """Map a ruleset; RulesetError when it is missing, cut short or something else.

    Takes as long for ten names as for ten million, because it trusts what lies before the header:
    `verify` is what reads that.
    """
    try:
        with path.open("rb") as file:
            header = read_header(file, path)
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        trie = marisa_trie.BinaryTrie()
        trie.mmap(str(path))
        return MappedRuleset(trie, mapped, header)
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror or error}"
        raise RulesetError(message) from None
    except (RuntimeError, ValueError, KeyError, TypeError) as error:
        message = f"{path}: cannot be used as a ruleset: {error}; it has to be compiled again"
        raise RulesetError(message) from None
