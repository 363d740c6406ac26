"""Changes of the lists for people, for scripts, and for a change log."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from operator import attrgetter

from blocker.catalog.difference import WORDS, Change

_ANY = "no vendor"
_vendor, _kind = attrgetter("vendor"), attrgetter("kind")


def as_words(changes: Sequence[Change], old: str, new: str) -> Iterator[str]:
    """By vendor; the changes are sorted so."""
    if not changes:
        yield f"{old} and {new} say the same"
        return
    yield f"{old} -> {new}"
    for vendor, theirs in groupby(changes, _vendor):
        yield f"{vendor or _ANY}"
        for kind, some in groupby(theirs, _kind):
            for change in some:
                yield f"  {WORDS[kind]:<18}{change.in_words()}"
    yield _summary(changes)


def as_markdown(changes: Sequence[Change], old: str, new: str) -> Iterator[str]:
    """An entry of a change log."""
    yield f"## Lists {new}\n"
    yield f"Since {old}: {_summary(changes)}." if changes else f"Nothing has changed since {old}."
    for vendor, theirs in groupby(changes, _vendor):
        yield f"\n### {vendor or _ANY}\n"
        for kind, some in groupby(theirs, _kind):
            for change in some:
                name, colon, what = change.in_words().partition(": ")
                yield f"- {WORDS[kind]}: `{name}`{', ' if colon else ''}{what}"


def as_lines(changes: Sequence[Change], old: str, new: str) -> Iterator[str]:
    """One JSON object each."""
    for change in changes:
        yield json.dumps({**asdict(change), "from": old, "to": new}, ensure_ascii=False)


def _summary(changes: Sequence[Change]) -> str:
    counts = [(WORDS[kind], sum(change.kind == kind for change in changes)) for kind in WORDS]
    return ", ".join(f"{count:,} {words}" for words, count in counts if count)
