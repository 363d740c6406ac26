"""Writes a ruleset file. Keys and rows are kept flat, so five million of them fit in memory."""

import os
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, Final

import marisa_trie

from blocker.core.names import trie_key
from blocker.core.policy import Relation, Rule, RuleAction
from blocker.ruleset.layout import (
    CATALOGUE,
    ENTRY,
    NUMBER,
    OVERFLOW,
    SOURCE_SHIFT,
    Progress,
    append_sections,
    encode_entry,
    source_of,
)

_STEP: Final = 1 << 16  # rows between two calls of a Progress
_TRIES: Final = 1  # marisa's default of 3 saves 4 octets a name and takes twice as long to look up


class RulesetWriter:
    """Collects rules, then writes them once.

    `catalogue` is the version of the curated lists, `off` their vendors that are off unless
    switched on, `relations` the names of theirs that hold together, and `makers` says of vendors
    how they are called and under whose law they are.
    """

    def __init__(
        self,
        catalogue: str = "",
        off: Iterable[str] = (),
        relations: Iterable[Relation] = (),
        makers: Mapping[str, tuple[str, str]] = MappingProxyType({}),
    ) -> None:
        self._makers = dict(makers)
        self._catalogue = catalogue
        self._off = sorted(off)
        self._relations = [asdict(relation) for relation in relations]
        self._keys: list[bytes] = []
        self._rows = array("Q")
        self._entries: list[Rule] = []
        self._keyless: list[int] = []  # entries that no name leads to
        self._sources: list[dict[str, Any]] = [{"name": "catalogue", "layer": "curated"}]
        self._repeats: Counter[int] = Counter()

    def add_rule(self, rule: Rule) -> None:
        """A rule of the catalogue, with all it says."""
        self._add_entry(rule, CATALOGUE)

    def add_list(
        self, name: str, action: RuleAction, rules: Iterable[tuple[int, bytes] | Rule]
    ) -> dict[str, Any]:
        """A subscription's rules: (line with flags, key) where a name says it all.

        On a list that allows every rule does. The result is its place in `sources`: add to it.
        """
        listed: dict[str, Any] = {"name": name, "layer": "subscription", "action": action}
        self._sources.append(listed)
        number = len(self._sources)
        row = number << SOURCE_SHIFT
        before = len(self._keys) + len(self._keyless)
        add_key, add_row = self._keys.append, self._rows.append
        for rule in rules:
            if type(rule) is tuple:
                add_key(rule[1])
                add_row(row | rule[0])
            elif isinstance(rule, Rule):
                allows = action == "allow"
                self._add_entry(
                    replace(rule, action="allow", mode="", records=()) if allows else rule, number
                )
        listed["names"] = len(self._keys) + len(self._keyless) - before
        return listed

    def _add_entry(self, rule: Rule, source: int) -> None:
        if rule.match in ("regex", "address", "client"):
            self._keyless.append(len(self._entries))
        else:
            self._keys.append(trie_key(rule.name))
            self._rows.append(ENTRY | source << SOURCE_SHIFT | len(self._entries))
        self._entries.append(rule)

    def write(self, path: Path, version: str, progress: Progress = lambda *_: None) -> None:
        """Put the file in place, whole or not at all. Its `names` no longer count repeats."""
        progress("sorting", 0, len(self._keys))
        trie = marisa_trie.BinaryTrie(
            self._keys, num_tries=_TRIES, cache_size=marisa_trie.HUGE_CACHE
        )
        slots, more = self._index(trie, progress)
        texts = [encode_entry(rule) for rule in self._entries]
        offsets = array("Q", [0])
        for text in texts:
            offsets.append(offsets[-1] + len(text))
        for number, repeats in self._repeats.items():
            self._sources[number - 1]["names"] -= repeats
            self._sources[number - 1]["repeats"] = repeats
        sections: dict[str, array[int] | bytes] = {
            "slots": slots,
            "more": more,
            "offsets": offsets,
            "entries": b"".join(texts),
        }
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            with _in_place(path.name, folder) as file:
                trie.save(f"/proc/self/fd/{file.fileno()}")
                append_sections(file, sections, self._header(version))
            os.fsync(folder)
        finally:
            os.close(folder)

    def _index(self, trie: Any, progress: Progress) -> tuple["array[int]", "array[int]"]:
        """A slot for each key, and the rows of those keys that have several."""
        slots = array("Q", bytes(8 * len(trie)))
        several: dict[int, list[int]] = {}
        key_id, total = trie.key_id, len(self._rows)
        for done, (key, row) in enumerate(zip(self._keys, self._rows, strict=True)):
            number = key_id(key)
            if not slots[number]:
                slots[number] = row
            else:
                self._collide(several.setdefault(number, [slots[number]]), row)
            if not done % _STEP:
                progress("indexing", done, total)
        more = array("Q")
        for number, rows in several.items():
            if len(rows) > 1:
                slots[number] = OVERFLOW | len(more)
                more.extend((len(rows), *rows))
        progress("indexing", total, total)
        return slots, more

    def _collide(self, rows: list[int], row: int) -> None:
        """Lists overlap, and each keeps its row; but a list that repeats a name has one."""
        source = source_of(row)
        if not row & ENTRY and any(known & ~NUMBER == row & ~NUMBER for known in rows):
            self._repeats[source] += 1
        else:
            rows.append(row)

    def _header(self, version: str) -> dict[str, Any]:
        layers = Counter(rule.layer for rule in self._entries)
        return {
            "version": version,
            "catalogue": self._catalogue,
            "off": self._off,
            "relations": self._relations,
            "keyless": self._keyless,
            "counts": {
                "keep": layers["keep"],
                "curated": layers["curated"],
                "subscription": sum(listed["names"] for listed in self._sources[1:]),
                "zone": layers["zone"],
            },
            "vendors": sorted({rule.vendor for rule in self._entries if rule.layer == "curated"}),
            "makers": self._makers,
            "sources": self._sources,
        }


@contextmanager
def _in_place(name: str, folder: int) -> Iterator[BinaryIO]:
    """A new file that gets its name once it is whole.

    At the start root may write into a folder of the server's user: through no link, into no file
    that was there.
    """
    temporary = f".{name}.{os.getpid()}"
    with suppress(FileNotFoundError):
        os.unlink(temporary, dir_fd=folder)
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    opened = os.open(temporary, flags, 0o666, dir_fd=folder)
    try:
        with os.fdopen(opened, "r+b") as file:
            yield file
            file.flush()
            os.fsync(opened)
        os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(temporary, dir_fd=folder)
