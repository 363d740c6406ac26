"""Plays a case: lists and settings as people write them, read and compiled the way a server does
it, and a question to the engine that a worker would run.

    playing = Playing(tmp_path, "||ads.example^")
    playing.ask("www.ads.example A").answers        # ["www.ads.example. A 0.0.0.0"]
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from dnslib import QTYPE, RCODE

from blocker.config.generation import generation_of
from blocker.core.names import to_text
from blocker.core.wire import Query
from blocker.inputs import read_inputs
from blocker.view import GroupViews, networks_of, zones_of
from tests.support.lists import write_lists
from tests.support.packets import query, read, records, response, wire
from tests.support.resolver import CLIENT, Resolver

ANYWHERE: Final = {"A": "192.0.2.80", "AAAA": "2001:db8::80", "TXT": '"from upstream"'}
_MOST_ALIASES: Final = 8
_WITHOUT_DATA: Final = {"NODATA": 0, "SERVFAIL": 2, "NXDOMAIN": 3}


@dataclass(frozen=True)
class Listed:
    """A list, and what the configuration says of it."""

    text: str
    said: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What came of a question: the reply in words, what was made of it, and by which rule.

    rcode is NO-ANSWER when nothing came. Records read `www.example. A 192.0.2.1`.
    """

    action: str  # the journal's word
    verdict: str
    rule: str
    forwarded: int  # questions that went upstream
    rcode: str = "NO-ANSWER"
    answers: list[str] = field(default_factory=list)
    authority: list[str] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    ttls: list[int] = field(default_factory=list)

    @property
    def data(self) -> list[str]:
        """The answers' data alone."""
        return [record.split(" ", 2)[2] for record in self.answers]

    @property
    def decision(self) -> str:
        """`block`, `allow`, `pass` when no rule decided, or the addresses of a rule's own."""
        if self.action == "local" and self.verdict == "local":
            return " ".join(self.data)
        if self.action == "blocked":
            return "block"
        return "allow" if self.verdict == "allow" else "pass"


class Playing:
    """One configuration with its lists, and an upstream that has `upstream` and anything else at
    ANYWHERE.
    """

    def __init__(
        self,
        folder: Path,
        *lists: str | Listed,
        settings: str = "",
        upstream: Sequence[str] = (),
    ) -> None:
        self.config = _written(folder, lists, settings)
        inputs = read_inputs(self.config)
        ruleset = inputs.ruleset()
        # Other servers let names lead to private addresses unless told otherwise.
        generation = replace(generation_of(inputs.config, Path()), homes=None)
        self.sources = ruleset.sources
        self.views = GroupViews(generation, 0.0, ruleset=ruleset)
        self.resolver = Resolver()
        self.resolver.engine.install(self.views, networks_of(generation), zones_of(generation))
        self.upstream = Zones(upstream)
        self.resolver.upstream = self.upstream

    def ask(self, question: str, client: str = CLIENT, *, tcp: bool = False, **how: Any) -> Outcome:
        """`name type`, from a client's address."""
        name, qtype = question.split()
        before = len(self.resolver.forwarded)
        packet = query(wire(name), getattr(QTYPE, qtype), **how)
        reply = self.resolver.send(packet, client, tcp=tcp)
        engine = self.resolver.engine
        _, noted = (engine.streams if tcp else engine.datagrams).entries[-1]
        said = Outcome(
            action=noted.action,
            verdict=noted.verdict.action if noted.verdict else "",
            rule=self._rule(name, qtype, client) if noted.verdict else "",
            forwarded=len(self.resolver.forwarded) - before,
        )
        if not reply:
            return said
        message = read(reply)
        head = message.header
        return replace(
            said,
            rcode=RCODE[head.rcode],
            answers=_lines(message.rr),
            authority=_lines(message.auth),
            flags={flag.upper() for flag in ("aa", "tc") if getattr(head, flag)},
            ttls=[record.ttl for record in message.rr],
        )

    def _rule(self, name: str, qtype: str, client: str) -> str:
        """The rule that decided, as written, by what explain would say."""
        policy = self.views.of(client).policy
        for rule, said in policy.trace(wire(name.lower()), getattr(QTYPE, qtype), client):
            if said in ("block", "allow", "local"):
                return rule.text
        return ""


class Zones:
    """An upstream: it answers with its records, follows its aliases, and knows every other name.

    A line of a name and a response code stands for that answer to all types.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self._known: dict[str, list[str]] = {}
        self._rcodes: dict[str, int] = {}
        for line in lines:
            name, *rest = line.split()
            if rest[0] in _WITHOUT_DATA:
                self._rcodes[_folded(name)] = _WITHOUT_DATA[rest[0]]
            else:
                self._known.setdefault(_folded(name), []).append(line)

    def __call__(self, asked: Query) -> bytes:
        name, qtype = to_text(asked.name), str(QTYPE[asked.qtype])
        found: list[str] = []
        for _ in range(_MOST_ALIASES):
            of = [(line, *_type_and_data(line)) for line in self._known.get(name, ())]
            found += [line for line, rtype, _ in of if rtype == qtype]
            aliases = [(line, data) for line, rtype, data in of if rtype == "CNAME" != qtype]
            if not aliases:
                break
            found.append(aliases[0][0])
            name = _folded(aliases[0][1])
        if name not in self._known and name not in self._rcodes and qtype in ANYWHERE:
            found.append(f"{name.rstrip('.')}. 300 IN {qtype} {ANYWHERE[qtype]}")
        rcode = self._rcodes.get(name, 0)
        soa = f"{name.rstrip('.')}. 300 IN SOA ns. host. 1 2 3 4 60"
        negative = not any(_type_and_data(line)[0] == qtype for line in found)
        return response(asked.question, *found, authority=[soa] if negative else [], rcode=rcode)


def _type_and_data(line: str) -> tuple[str, str]:
    record = records([line])[0]
    return str(QTYPE[record.rtype]), str(record.rdata)


def _folded(name: str) -> str:
    return name.lower().rstrip(".")


def _lines(section: Sequence[Any]) -> list[str]:
    return [f"{each.rname} {QTYPE[each.rtype]} {each.rdata}" for each in section]


def _written(folder: Path, lists: Sequence[str | Listed], settings: str) -> Path:
    """The files; the curated lists are few and of other names."""
    subscriptions = []
    for number, each in enumerate(lists, 1):
        listed = Listed(each) if isinstance(each, str) else each
        file = folder / f"list{number}.txt"
        file.write_text(listed.text + "\n")
        name = f"list{number}"
        subscriptions.append({"name": name, "source": str(file), **listed.said})
    config = folder / "blocker.yaml"
    config.write_text(
        f"state: {folder / 'state'}\n"
        f"lists: {write_lists(folder / 'curated')}\n"
        f"subscriptions: {json.dumps(subscriptions)}\n{settings}"
    )
    return config
