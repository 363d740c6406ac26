"""`queries`: the log page by page, newest first, and as it grows."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from blocker.admin.api.clients import names_of
from blocker.admin.api.endpoint import Backend, Body, Endpoint
from blocker.admin.api.logged import REFUSES, Moment, Outcome, Word, log_of, read
from blocker.admin.api.stream import Stream
from blocker.core.row import Action
from blocker.core.rule import PURPOSES, Layer
from blocker.explain.explanation import Action as VerdictWord
from blocker.explain.qtypes import type_name, type_number
from blocker.querylog.filters import Filters
from blocker.querylog.pages import Query, page
from blocker.querylog.privacy import Noted

RCODES = ("NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED")
ACCOUNTED = ("", *PURPOSES, "unclassified", "unspecified")  # as Kind.account has them


def _rcode(word: str) -> str:
    if word and word.upper() not in RCODES and not (word.isdecimal() and int(word) < 16):
        raise ValueError(f"{word} is no rcode; write one of {', '.join(RCODES)}, or its number")
    return word.upper()


def _qtype(word: str) -> str:
    if word:
        type_number(word)
    return word


def _purpose(word: str) -> str:
    if word not in ACCOUNTED:
        raise ValueError(f"{word} is no purpose; write one of {', '.join(ACCOUNTED[1:])}")
    return word


class Wanted(Body):
    """Which queries; all that is given must hold."""

    client: Word = Field(default="", description="An address, as the log has it.")
    device: Word = Field(default="", description="A device's key.")
    name: Word = Field(
        default="",
        description="example.org itself, *.example.org all below it, *track* with that in it.",
    )
    type: Annotated[Word, AfterValidator(_qtype)] = Field(default="", examples=["HTTPS"])
    action: Literal["", Action] = ""
    verdict: Literal["", VerdictWord] = ""
    outcome: Outcome = ""
    vendor: Word = ""
    purpose: Annotated[str, AfterValidator(_purpose)] = Field(
        default="", json_schema_extra={"enum": list(ACCOUNTED)}
    )
    list: Word = ""
    rule: Word = ""
    layer: Literal["", Layer] = ""
    rcode: Annotated[Word, AfterValidator(_rcode)] = Field(default="", examples=["NXDOMAIN"])
    upstream: Word = ""


class PageAsked(Wanted):
    since: Moment
    until: Moment
    limit: int = Field(default=100, ge=1, le=500)
    before: int | None = Field(
        default=None, ge=0, le=2**53, description="The cursor that the page before gave."
    )


class QueryShown(Body):
    time: datetime
    client: str
    device: str
    device_name: str = Field(description="As the user calls it.")
    name: str = Field(description="Empty: not told, or too many to be told one by one.")
    type: str
    action: str
    verdict: str
    outcome: str
    rcode: str
    layer: str
    list: str
    rule: str
    line: int
    vendor: str = Field(description="Of the account it counts for; of no vendor: the rule's layer.")
    purpose: str
    breakage: str
    upstream: str
    milliseconds: float = Field(description="Waited for the upstream, on average.")
    count: int


class PageShown(Body):
    queries: list[QueryShown]
    before: int | None = Field(description="The cursor of the next page; null: this is the last.")
    complete: bool = Field(
        description="False: looking took long; the next page goes on where this one stopped."
    )


async def _queries(backend: Backend, asked: PageAsked) -> PageShown:
    filters = _filters(asked, asked.since, asked.until)
    found = await read(
        backend, lambda connection: page(connection, filters, asked.limit, asked.before)
    )
    names = names_of(backend)
    return PageShown(
        queries=[_shown(each, names) for each in found.queries],
        before=found.before,
        complete=found.complete,
    )


def _live(backend: Backend, asked: Wanted) -> AsyncGenerator[QueryShown | None, None]:
    log_of(backend)  # a log that is off is said at once, and not within the stream
    return _matching(backend, _filters(asked, None, None))


async def _matching(backend: Backend, filters: Filters) -> AsyncGenerator[QueryShown | None, None]:
    async with aclosing(log_of(backend).listen()) as heard:
        async for noted in heard:
            if noted is None:
                yield None
            elif _matches(query := _query(noted), filters):
                yield _shown(query, names_of(backend))


def _filters(asked: Wanted, since: datetime | None, until: datetime | None) -> Filters:
    rcode = asked.rcode
    return Filters(
        since=None if since is None else int(since.timestamp()),
        until=None if until is None else int(until.timestamp()),
        client=asked.client,
        device=asked.device,
        name=asked.name,
        qtype=type_number(asked.type) if asked.type else None,
        action=asked.action,
        verdict=asked.verdict,
        outcome=asked.outcome,
        vendor=asked.vendor,
        purpose=asked.purpose,
        list=asked.list,
        rule=asked.rule,
        layer=asked.layer,
        rcode=None if not rcode else RCODES.index(rcode) if rcode in RCODES else int(rcode),
        upstream=asked.upstream,
    )


def _query(noted: Noted) -> Query:
    row, kind = noted.row, noted.row.kind
    vendor, purpose, outcome = kind.account or ("", "", kind.outcome)
    return Query(
        0, row.second, row.client, noted.device, row.name, row.qtype, row.rcode, kind.action,
        kind.verdict, outcome, kind.layer, kind.list, kind.text, kind.line, vendor, purpose,
        kind.breakage, row.upstream, row.micros, row.count,
    )  # fmt: skip


def _matches(query: Query, filters: Filters) -> bool:
    name = filters.name.lower().rstrip(".")
    return _name_matches(query.name, name) and all(
        getattr(filters, field) in ("", None, getattr(query, field)) for field in _COMPARED
    )


_COMPARED = (
    "client", "device", "qtype", "action", "verdict", "outcome", "vendor", "purpose", "list",
    "rule", "layer", "rcode", "upstream",
)  # fmt: skip


def _name_matches(name: str, wanted: str) -> bool:
    inside = wanted.strip("*")
    match wanted[:1] == "*", wanted[-1:] == "*":
        case True, True:
            return inside in name
        case True, False:
            return name.endswith(inside)
        case False, True:
            return name.startswith(inside)
    return not wanted or name == wanted


def _shown(query: Query, names: Mapping[str, str]) -> QueryShown:
    return QueryShown(
        time=datetime.fromtimestamp(query.second, UTC),
        client=query.client,
        device=query.device,
        device_name=names.get(query.device, ""),
        name=query.name,
        type=type_name(query.qtype) if query.qtype else "",
        action=query.action,
        verdict=query.verdict,
        outcome=query.outcome,
        rcode=RCODES[query.rcode] if query.rcode < len(RCODES) else str(query.rcode),
        layer=query.layer,
        list=query.list,
        rule=query.rule,
        line=query.line,
        vendor=query.vendor,
        purpose=query.purpose,
        breakage=query.breakage,
        upstream=query.upstream,
        milliseconds=round(query.micros / query.count / 1000, 3),
        count=query.count,
    )


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "queries", "read", "The query log, newest first",
        PageAsked, PageShown, _queries, refuses=REFUSES,
    ),
    Stream(
        "GET", "queries/live", "read", "Queries as they come, as server-sent events",
        Wanted, QueryShown, _live, refuses=REFUSES,
    ),
)  # fmt: skip
