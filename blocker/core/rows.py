"""The fold: equal events within a second become one row with a count.

Rule: the number of rows in a second is bounded, and totals stay exact. A flood of names that are
made up for one query costs its client, and nobody else, the names in the log; it is still counted
by client, action and cause.
"""

import re
from dataclasses import dataclass, replace
from typing import Final

from blocker.core.names import to_text
from blocker.core.policy import Verdict
from blocker.core.reply import Reply, Silence
from blocker.core.row import Action, Kind, Row

NAMED: Final = 2_000  # rows with a name in one second
OF_ONE_CLIENT: Final = 500  # of these
NAMELESS: Final = 2_000  # beyond these not even the client is told
REMEMBERED: Final = 4_096  # pairs of client and reply whose row is known at once
KINDS: Final = 8_192

Pair = tuple[str, Reply]


@dataclass(slots=True, eq=False)
class Sort:
    """An action and a verdict, as rows tell of them: in full, and without the rule's text."""

    action: Action
    verdict: Verdict | None
    full: Kind
    broad: Kind
    account: tuple[str, str, str] | None


@dataclass(slots=True, eq=False)
class Count:
    """A row that grows. `key` is what makes events equal: client, question, sort, rcode."""

    key: tuple[str, bytes, Sort, int]
    sort: Sort
    kind: Kind
    number: int = 0
    upstream: str = ""
    seconds: float = 0.0

    def row(self, second: int) -> Row:
        client, question, _, rcode = self.key
        if not question:
            return Row(second, client, "", 0, rcode, self.kind, self.number)
        qtype = question[-4] << 8 | question[-3]
        name, micros = _text(question[:-4]), round(self.seconds * 1e6)
        return Row(
            second, client, name, qtype, rcode, self.kind, self.number, self.upstream, micros
        )


class Rows:
    """The rows of the second that runs, and of finished ones until they are taken."""

    def __init__(self) -> None:
        self.second = 0
        self.finished: list[tuple[int, list[Count]]] = []
        self._sorts: dict[tuple[str, Verdict | None], Sort] = {}
        self._broad: dict[Kind, Kind] = {}
        self._begin()

    def _begin(self) -> None:
        self._named: dict[tuple[str, bytes, Sort, int], Count] = {}
        self._nameless: dict[tuple[str, int], Count] = {}
        self._names: dict[str, int] = {}  # how many a client has
        self.flooding: set[str] = set()  # clients that have all they may
        self.known: dict[Pair, Count] = {}  # of this second; what is in it counts at once
        self._known_before: dict[Pair, Count] = {}

    def turn(self, second: int) -> None:
        """Another second runs: the rows of the one before are finished."""
        if second == self.second:
            return
        if self._named or self._nameless:
            counts = [*self._nameless.values(), *self._named.values()]
            counts.reverse()  # they are taken from the end
            self.finished.append((self.second, counts))
        known = self.known
        self._begin()
        self._known_before = known
        self.second = second
        if len(self._sorts) > KINDS:
            self._sorts, self._broad = {}, {}

    def meet(self, pair: Pair) -> Count:
        """The count that an event of this kind belongs to, when `known` does not have it."""
        client, reply = pair
        if client in self.flooding:
            return self.nameless(client, self.sort(reply.action, reply.verdict))
        before = self._known_before.get(pair)
        key = before.key if before is not None else self._key(client, reply)
        count = self._named.get(key)
        if count is None:
            names = self._names.get(client, 0)
            if names >= OF_ONE_CLIENT or len(self._named) >= NAMED:
                self.flooding.add(client)
                return self.nameless(client, key[2])
            self._names[client] = names + 1
            count = self._named[key] = Count(key, key[2], key[2].full)
        upstream, seconds = reply.heard
        if upstream:
            count.upstream = upstream
        count.seconds += seconds
        # Others are made for one query: to remember them would be for nothing.
        if reply.action in _KEPT and len(self.known) < REMEMBERED:
            self.known[pair] = count
        return count

    def nameless(self, client: str, sort: Sort) -> Count:
        """The count of a client's events that are too many to be told by name."""
        broad = sort.broad
        key = client, id(broad)
        count = self._nameless.get(key)
        if count is None:
            if len(self._nameless) >= NAMELESS and client:
                return self.nameless("", sort)
            count = self._nameless[key] = Count((client, b"", sort, 0), sort, broad)
        return count

    def take(self, most: int) -> list[Row]:
        """At most so many finished rows, all of one second, the oldest; none when all are taken."""
        if not self.finished:
            return []
        second, counts = self.finished[0]
        taken = [count.row(second) for count in counts[: -most - 1 : -1]]
        del counts[-most:]
        if not counts:
            self.finished.pop(0)
        return taken

    def sort(self, action: Action, verdict: Verdict | None) -> Sort:
        sort = self._sorts.get((action, verdict))
        if sort is None:
            full = _kind(action, verdict)
            broad = replace(full, text="", line=0)
            broad = self._broad.setdefault(broad, broad)
            sort = self._sorts[action, verdict] = Sort(action, verdict, full, broad, full.account)
        return sort

    def _key(self, client: str, reply: Reply) -> tuple[str, bytes, Sort, int]:
        tail = reply.tail
        question = _question(reply)
        rcode = tail[1] & 15 if tail else 0
        return client, question, self.sort(reply.action, reply.verdict), rcode


_PLAIN: Final = re.compile(rb"[a-z0-9_-]+").fullmatch
_KEPT: Final = frozenset(("blocked", "cached"))


def _question(reply: Reply) -> bytes:
    """The folded question of a reply: name, type and class; nothing if it has none."""
    if isinstance(reply, Silence):
        message, start = reply.question, 0
    else:
        message, start = reply.tail, 10
        if message[2:4] != b"\x00\x01":
            return b""
    at = start
    while length := message[at]:
        at += length + 1
    # No length octet is a letter, for labels have 63 octets at most; a type may be.
    return message[start:at].lower() + message[at : at + 5]


def _kind(action: Action, verdict: Verdict | None) -> Kind:
    if verdict is None:
        return Kind(action)
    rule = verdict.rule
    return Kind(
        action=action,
        verdict=verdict.action,
        layer=rule.layer,
        list=rule.list,
        text=rule.text,
        line=rule.line,
        vendor=verdict.vendor,
        purpose=verdict.purpose,
        breakage=rule.breakage if rule.vendor else "",
    )


def _text(name: bytes) -> str:
    """As names.to_text, at once for names like nearly all are."""
    labels, at = [], 0
    while length := name[at]:
        labels.append(name[at + 1 : at + 1 + length])
        at += length + 1
    if labels and all(map(_PLAIN, labels)):
        return b".".join(labels).decode()
    return to_text(name)
