"""`rescue`: what was blocked for a client, and what to allow so that it works again."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

from pydantic import Field

from blocker.admin.api.change import Changed, change, moment, present_of, wall_clock
from blocker.admin.api.endpoint import Backend, Body, Endpoint
from blocker.admin.problem_details import Refusal
from blocker.admin.recent import Window
from blocker.admin.rescue import (
    Share,
    Suspect,
    finder,
    proposal,
    same_device,
    shares,
    suspects,
)
from blocker.asked.asked import Client, Names, Period, span
from blocker.asked.rescue import Keep, Lapse, Rescued, pending
from blocker.clients.neighbours import neighbours
from blocker.ruleset import open_ruleset

Minutes = Annotated[int, Field(ge=1, le=60, description="How far to look back.")]


class RescueAsked(Body):
    client: Client
    minutes: Minutes = 10


class RescueAllowed(Body):
    client: Client
    names: Names | None = Field(
        default=None, description="As a rule's; without it, what a rescue proposes."
    )
    seconds: Period = Field(default=1_800, alias="for", description="Then they lapse: 30m.")
    minutes: Minutes = 10


class ShareShown(Body):
    name: str = Field(description="Empty: none is known.")
    count: int = Field(description="Queries.")
    names: int


class EvidenceShown(Body):
    key: str
    title: str
    url: str


class NameShown(Body):
    name: str = Field(description="Empty: names that were too many to be told one by one.")
    types: list[str]
    count: int
    first: datetime
    last: datetime
    last_minute: int = Field(description="How often in the last minute.")


class WrittenRule(Body):
    text: str
    line: int
    list: str


class SuspectShown(Body):
    vendor: str
    product: str
    purpose: str
    breakage: str
    breaks: str = Field(description="What stops working, as far as the lists know.")
    shared: bool
    layer: str
    rule: WrittenRule
    evidence: list[EvidenceShown]
    count: int
    names: list[NameShown]
    allow: list[str] = Field(description="The rules that undo it; none when no name is known.")
    allowed: bool = Field(description="They are in force for this client already.")
    likely: bool
    reason: str


class PendingShown(Body):
    name: str
    until: datetime | None
    change: int


class AlsoShown(Body):
    client: str
    blocked: int


class RescueShown(Body):
    client: str
    since: datetime
    complete: bool = Field(description="All since the time asked for is known.")
    blocked: int = Field(description="Queries.")
    would_block: int = Field(description="Queries that a rule in shadow let pass.")
    vendors: list[ShareShown]
    purposes: list[ShareShown]
    breakages: list[ShareShown]
    suspects: list[SuspectShown] = Field(description="By rule; the likely ones first.")
    proposal: list[str] = Field(description="What to allow first.")
    pending: list[PendingShown] = Field(description="What a rescue allows now.")
    also: list[AlsoShown] = Field(
        description="Other addresses of the same device, by its MAC address, that were blocked."
    )


async def _rescue(backend: Backend, asked: RescueAsked) -> RescueShown:
    now = wall_clock()
    since = int(now) - 60 * asked.minutes
    window = backend.recent.of(asked.client, since)
    found = _suspects(backend, window, now)
    present = present_of(backend.generations)
    waiting = list(pending(present, asked.client))
    allowed = {
        setting.key.subject
        for setting in present.settings.in_force(now)
        if setting.key.client == asked.client and setting.value.get("action") == "allow"
    }
    open_ = [suspect for suspect in found if not set(suspect.allow) <= allowed]
    others = same_device(asked.client, neighbours())
    return RescueShown(
        client=asked.client,
        since=_at(window.since),
        complete=window.since <= since,
        blocked=sum(suspect.count for suspect in found),
        would_block=sum(row.count for row in window.rows if row.kind.verdict == "shadow"),
        vendors=_shares(shares(found, lambda each: each.vendor)),
        purposes=_shares(shares(found, lambda each: each.purpose)),
        breakages=_shares(shares(found, lambda each: each.breakage)),
        suspects=[_shown(backend, suspect, allowed) for suspect in found],
        proposal=_names(proposal(open_)),
        pending=[
            PendingShown(
                name=setting.key.subject, until=moment(setting.until), change=setting.change
            )
            for setting in waiting
        ],
        also=[
            AlsoShown(client=client, blocked=count)
            for client, count in backend.recent.clients(since).items()
            if client in others
        ],
    )


async def _allow(backend: Backend, asked: RescueAllowed) -> Changed:
    names = asked.names
    if names is None:
        told = await _rescue(backend, RescueAsked(client=asked.client, minutes=asked.minutes))
        names = told.proposal
        if not names:
            raise Refusal(
                HTTPStatus.CONFLICT,
                f"nothing was blocked for {asked.client} in the last {asked.minutes} minutes that "
                "could be allowed; say which names, or look back further",
            )
    said = {"client": asked.client, "names": names, "for": span(asked.seconds)}
    return await change(backend, Rescued.model_validate(said))


async def _decide(backend: Backend, asked: Keep | Lapse) -> Changed:
    return await change(backend, asked)


def _suspects(backend: Backend, window: Window, now: float) -> list[Suspect]:
    rows = [row for row in window.rows if row.kind.verdict == "block"]
    ruleset = open_ruleset(Path(backend.generations.current.ruleset))
    return suspects(rows, finder(ruleset), now)


def _shown(backend: Backend, suspect: Suspect, allowed: set[str]) -> SuspectShown:
    sources = backend.generations.plan.sources
    return SuspectShown(
        **{field: getattr(suspect, field) for field in _SAME},
        rule=WrittenRule(**asdict(suspect.rule)),
        evidence=[
            EvidenceShown(key=key, title=sources[key].title, url=sources[key].url)
            for key in suspect.evidence
            if key in sources
        ],
        names=[
            NameShown(
                name=each.name,
                types=each.types,
                count=each.count,
                first=_at(each.first),
                last=_at(each.last),
                last_minute=each.last_minute,
            )
            for each in suspect.names
        ],
        allowed=bool(suspect.allow) and set(suspect.allow) <= allowed,
    )


_SAME = (
    "vendor", "product", "purpose", "breakage", "breaks", "shared", "layer", "count", "allow",
    "likely", "reason",
)  # fmt: skip


def _names(found: Iterable[Suspect]) -> list[str]:
    return list(dict.fromkeys(name for suspect in found for name in suspect.allow))


def _shares(found: Iterable[Share]) -> list[ShareShown]:
    return [ShareShown(name=each.name, count=each.count, names=each.names) for each in found]


def _at(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


_UNFIT = (HTTPStatus.UNPROCESSABLE_ENTITY,)
ENDPOINTS = (
    Endpoint(
        "GET", "rescue", "read", "What was blocked for a client, and what to allow",
        RescueAsked, RescueShown, _rescue, _UNFIT,
    ),
    Endpoint(
        "POST", "rescue", "rules", "Allow names for a client for a while",
        RescueAllowed, Changed, _allow, _UNFIT,
    ),
    Endpoint(
        "POST", "rescue/keep", "rules", "Keep what a rescue has allowed",
        Keep, Changed, _decide, _UNFIT,
    ),
    Endpoint(
        "POST", "rescue/lapse", "rules", "Take back what a rescue has allowed",
        Lapse, Changed, _decide, _UNFIT,
    ),
)  # fmt: skip
