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
from typing import Literal

MARK = b"["  # a message of rows begins with it; a Tally begins with {

# What was done with a query.
Action = Literal[
    "blocked", "local", "cached", "forwarded", "stale", "blocked-upstream",
    "failed", "refused", "limited", "malformed", "dropped",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """What became of a query, and the rule that says why; empty where there is none."""

    action: Action
    verdict: str = ""  # what the policy said: block, allow, local, shadow, pass
    layer: str = ""
    list: str = ""
    text: str = ""  # the rule's; a subscription's is found by its name
    line: int = 0
    vendor: str = ""
    purpose: str = ""
    breakage: str = ""

    @property
    def outcome(self) -> str:
        """What it comes to for a vendor's account: blocked, would-block or allowed."""
        if self.action == "blocked":
            return "blocked"
        return "would-block" if self.verdict == "shadow" else "allowed"

    @property
    def account(self) -> tuple[str, str, str] | None:
        """Vendor, purpose and outcome: what all figures are added up by. None: it is nobody's.

        What a rule of no vendor stops goes by the rule's layer.
        """
        vendor = self.vendor or (self.layer if self.verdict in ("block", "shadow") else "")
        if not vendor:
            return None
        # In a vendor's zone, and on no list.
        purpose = "unclassified" if self.layer == "zone" else self.purpose or "unspecified"
        return vendor, purpose, self.outcome


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
    upstream: str = ""  # URL of whose answer it is, also when it was cached
    micros: int = 0  # waited for all of them together; of a flood it is not told


def encode(rows: Sequence[Row], most: int) -> Iterator[tuple[bytes, int]]:
    """Messages of at most `most` octets that hold these rows of one second, and how many each."""
    kinds: dict[Kind, int] = {}
    upstreams: dict[str, int] = {}
    told = []
    for row in rows:
        kind = kinds.setdefault(row.kind, len(kinds))
        upstream = upstreams.setdefault(row.upstream, len(upstreams))
        told.append(
            (row.client, row.name, row.qtype, row.rcode, kind, row.count, upstream, row.micros)
        )
    second = rows[0].second if rows else 0
    said = [second, [astuple(kind) for kind in kinds], [*upstreams], told]
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
        second, said, urls, told = json.loads(message)
        upstreams = [_one(url) for url in urls]
        kinds = [_kind(*fields) for fields in said]
        return [
            Row(
                second, _one(client), _one(name), qtype, rcode, kinds[kind], count,
                upstreams[upstream], micros,
            )
            for client, name, qtype, rcode, kind, count, upstream, micros in told
        ]  # fmt: skip
    except (TypeError, IndexError) as error:
        raise ValueError(str(error)) from error


# What was told before is the same object again: who keeps rows keeps each name once.
_one = sys.intern
_kind = lru_cache(4_096)(Kind)
