"""`status`: what runs, what is in force, and what became of the queries so far."""

from datetime import UTC, datetime

from pydantic import Field

from blocker import __version__
from blocker.admin.api.change import wall_clock
from blocker.admin.api.endpoint import Backend, Body, Endpoint, Nothing
from blocker.admin.plan import Plan
from blocker.querylog.log import LogCounts
from blocker.sockets import Address
from blocker.store import Settings
from blocker.store.settings import moment


class Worker(Body):
    worker: int
    pid: int
    generation: int
    seconds_since_heard: float
    error: str = Field(description="Why it does not run the newest generation.")


class Upstream(Body):
    url: str
    requests: int
    errors: dict[str, int]


class Cache(Body):
    hits: int
    misses: int
    evictions: int
    bytes: int
    entries: int


class ChangedLater(Body):
    count: int
    settings: list[str] = Field(description="In words, newest first; at most a hundred.")


class LockedOut(Body):
    address: str = Field(description="An address, or the network of an IPv6 address.")
    until: datetime


class Damaged(Body):
    file: str = Field(description="Kept for the log's retention; it may be removed.")
    since: datetime = Field(description="When it was set aside, and a new log begun.")
    bytes: int


class QueryLog(Body):
    written: int = Field(description="Rows since the start.")
    waiting: int = Field(description="Rows that are not written yet.")
    dropped: dict[str, int] = Field(description="Rows that are lost, by reason.")
    bytes: int
    oldest: datetime | None
    error: str = Field(description="Why nothing can be written now.")
    damaged: list[Damaged] = Field(
        description="Files that were damaged, newest first: what they hold is in no report."
    )


class Status(Body):
    version: str
    catalogue: str = Field(description="The version of the curated lists: a date and a hash.")
    ready: bool = Field(description="Every worker runs the current generation.")
    generation: int
    paused_until: datetime | None
    listening: list[str]
    encrypted: dict[str, list[str]] = Field(description="Where tls and https are served.")
    rules: dict[str, int] = Field(description="How many are known, by layer.")
    vendors: int
    changed: ChangedLater = Field(description="By API or command line, beside the configuration.")
    workers: list[Worker]
    queries: dict[str, int] = Field(description="By what became of them.")
    cache: Cache | None
    upstreams: list[Upstream]
    query_log: QueryLog | None = Field(description="Null: it is off.")
    reload_error: str = Field(description="What kept the last reload from being taken.")
    locked_out: list[LockedOut] = Field(
        description="Who sent too many wrong tokens, newest first; at most a hundred."
    )


async def _status(backend: Backend, asked: Nothing) -> Status:
    generations, roster = backend.generations, backend.roster
    totals = roster.totals()
    until = generations.current.paused_until if generations.paused_for() else None
    queries: dict[str, int] = {}
    for actions in totals.queries.values():
        for action, count in actions.items():
            queries[action] = queries.get(action, 0) + count
    return Status(
        version=__version__,
        catalogue=generations.in_force.catalogue,
        ready=roster.all_run(generations.current.number),
        generation=generations.current.number,
        paused_until=until and datetime.fromtimestamp(until, UTC),
        listening=[str(Address(*address)) for address in generations.started_with.listen],
        encrypted=_encrypted(generations.started_with),
        rules=generations.in_force.rules,
        vendors=len(generations.in_force.vendors),
        changed=_changed(generations.settings),
        workers=[
            Worker(
                worker=tally.worker,
                pid=tally.pid,
                generation=tally.generation,
                seconds_since_heard=round(roster.age(tally.worker), 2),
                error=tally.error,
            )
            for tally in sorted(roster.tallies.values(), key=lambda tally: tally.worker)
        ],
        queries=queries,
        cache=Cache(**totals.cache) if totals.cache else None,
        upstreams=[
            Upstream(url=url, requests=upstream["requests"], errors=upstream["errors"])
            for url, upstream in sorted(totals.upstreams.items())
        ],
        query_log=backend.querylog and _query_log(backend.querylog.counts()),
        reload_error=generations.last_error,
        locked_out=[
            LockedOut(address=address, until=until)
            for address, until in backend.access.locked()[:100]
        ],
    )


def _encrypted(plan: Plan) -> dict[str, list[str]]:
    served = {"tls": plan.dot, "https": plan.doh}
    return {
        kind: [str(Address(*address)) for address in addresses]
        for kind, addresses in served.items()
        if addresses
    }


def _query_log(counts: LogCounts) -> QueryLog:
    return QueryLog(
        written=counts.written,
        waiting=counts.waiting,
        dropped=counts.dropped,
        bytes=counts.octets,
        oldest=datetime.fromtimestamp(counts.oldest, UTC) if counts.oldest else None,
        error=counts.error,
        damaged=[
            Damaged(
                file=str(each.path),
                since=datetime.fromtimestamp(each.second, UTC),
                bytes=each.octets,
            )
            for each in counts.asides
        ],
    )


def _changed(settings: Settings) -> ChangedLater:
    in_force = list(settings.in_force(wall_clock()))[::-1]
    said = [f"{each} ({each.who}, {moment(each.at)})" for each in in_force[:100]]
    return ChangedLater(count=len(in_force), settings=said)


ENDPOINTS = (
    Endpoint(
        "GET",
        "status",
        "read",
        "What runs and what became of the queries",
        Nothing,
        Status,
        _status,
    ),
)
