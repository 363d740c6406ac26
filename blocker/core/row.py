"""A row: equal events of one second with their count, and how a worker tells admin of rows.

Rule: a message is whole by itself. What many rows share stands in it once, so that a thousand
queries take a few octets each. It is JSON, as all that crosses the link: whoever reads it need not
trust who wrote it.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache

MARK = b"["  # a message of rows begins with it; a Tally begins with {


@dataclass(frozen=True, slots=True)
class Kind:
    """What became of a query, and the rule that says why; empty where there is none."""

    action: str  # what was done: blocked, cached, forwarded ...
    verdict: str = ""  # what the policy said: block, allow, local, shadow, pass
    layer: str = ""
    list: str = ""
    text: str = ""  # the rule's; a subscription's is found by its name
    line: int = 0
    vendor: str = ""
    purpose: str = ""
    breakage: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """Of the events that were too many to be told one by one, name and perhaps client are empty."""

    second: int  # wall clock, of when it was counted
    client: str
    name: str  # presentation form, without the final dot
    qtype: int
    rcode: int
    kind: Kind
    count: int


def encode(rows: Sequence[Row], most: int) -> Iterator[tuple[bytes, int]]:
    """Messages of at most `most` octets that hold these rows of one second, and how many each."""
    kinds: dict[Kind, int] = {}
    told = []
    for row in rows:
        kind = kinds.setdefault(row.kind, len(kinds))
        told.append((row.client, row.name, row.qtype, row.rcode, kind, row.count))
    said = [rows[0].second if rows else 0, [astuple(kind) for kind in kinds], told]
    message = json.dumps(said, separators=(",", ":")).encode()
    if len(message) <= most or len(rows) < 2:
        yield message, len(rows)
    else:
        half = len(rows) // 2
        yield from encode(rows[:half], most)
        yield from encode(rows[half:], most)


def decode(message: bytes) -> list[Row]:
    """The rows in a message; ValueError when it is none."""
    try:
        second, said, told = json.loads(message)
        kinds = [_kind(*fields) for fields in said]
        return [
            Row(second, _one(client), _one(name), qtype, rcode, kinds[kind], count)
            for client, name, qtype, rcode, kind, count in told
        ]
    except (TypeError, IndexError) as error:
        raise ValueError(str(error)) from error


# What was told before is the same object again: who keeps rows keeps each name once.
_one = sys.intern
_kind = lru_cache(4_096)(Kind)
