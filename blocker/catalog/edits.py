"""One's own edits, one by one: what each says, and which shipped words it takes the place of."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import BaseModel

from blocker.catalog.cross import Listed
from blocker.catalog.folder import Files
from blocker.errors import Problem
from blocker.yamlfile import Document, Step

Does = Literal["adds", "replaces", "removes"]
Of = Literal["entry", "kept name", "zone", "source", "product", "head"]
_LAYERS: Final[dict[str, Of]] = {"curated": "entry", "keep": "kept name", "zone": "zone"}
_HEAD: Final = ("title", "default", "legal_name", "jurisdiction", "law")


@dataclass(frozen=True, slots=True)
class Said:
    """Something that a file says: where, whose, and a hash of the words."""

    file: str
    list: str
    line: int
    vendor: str
    mark: str

    def __str__(self) -> str:
        return f"{self.list}:{self.line}"


@dataclass(frozen=True, slots=True)
class Edit:
    """What is said of `name` in an overlay, and what the shipped lists say of it, if anything."""

    does: Does
    of: Of
    name: str
    own: Said
    shipped: Said | None
    reason: str = ""  # of a removal

    def problem(self, what: str, instead: str) -> Problem:
        """A remark, where the edit is written."""
        return Problem(
            self.own.file, self.own.line, f"{self.does} {self.of} {self.name}", what, instead
        )


_Statements = dict[tuple[Of, str, str], Said]


def edits_of(shipped: Files, own: Files) -> list[Edit]:
    """In the order they are written in."""
    after = _statements(own)
    if not after and not own.removed:  # as nearly always
        return []
    before = _statements(shipped)
    vendors = {file.vendor for file, _ in shipped.vendors}
    edits = [
        Edit("replaces" if key in before else "adds", key[0], key[2], said, before.get(key))
        for key, said in after.items()
        if key[0] not in ("head", "product") or said.vendor in vendors
    ]
    edits += _removals(before, own)
    return sorted(edits, key=lambda edit: (edit.own.list, edit.own.line, edit.of, edit.name))


def _removals(before: _Statements, own: Files) -> Iterator[Edit]:
    for removed in own.removed:
        layer, name = removed.key
        was = before.get((_LAYERS[layer], "", name))
        if was and removed.vendor not in ("", was.vendor):
            was = None  # another vendor's, which that file does not speak for
        said = _said(own, removed.document, removed.path, removed.vendor, None)
        yield Edit("removes", _LAYERS[layer], name, said, was, removed.removal.reason)


def _statements(files: Files) -> _Statements:
    """By what they are of, the vendor where that tells them apart, and the name."""
    said: _Statements = {}
    for each in files.written.listed:
        rule = each.rule
        said[_LAYERS[rule.layer], "", rule.text] = _said(
            files, each.document, each.path, rule.vendor, _words(each)
        )
    if (document := files.written.sources) is not None:
        for key, source in files.sources.items():
            said["source", "", key] = _said(files, document, ("sources", key), "", source)
    for file, document in files.vendors:
        vendor = file.vendor
        for key in _HEAD:
            if key in file.model_fields_set:
                words = getattr(file, key)
                said["head", vendor, key] = _said(files, document, (key,), vendor, words)
        for product, words in file.products.items():
            path = ("products", product)
            said["product", vendor, product] = _said(files, document, path, vendor, words)
    return said


def _said(
    files: Files, document: Document, path: tuple[Step, ...], vendor: str, words: Any
) -> Said:
    plain = words.model_dump(mode="json") if isinstance(words, BaseModel) else words
    text = json.dumps([vendor, plain], sort_keys=True).encode()
    mark = hashlib.blake2b(text, digest_size=8).hexdigest()
    return Said(document.file, files.name_of(document), document.line(*path), vendor, mark)


def _words(listed: Listed) -> Any:
    return listed.entry or listed.rule.text
