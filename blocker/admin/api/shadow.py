"""`shadow`: what is in shadow, and whom it would hit if it were enforced."""

from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import Field

from blocker.admin.api.change import moment
from blocker.admin.api.endpoint import Backend, Body, Endpoint
from blocker.admin.shadow import Cause, Hits, switched
from blocker.asked.asked import Client


class ShadowAsked(Body):
    client: Client | None = Field(default=None, description="Only this IP address.")


class NameHit(Body):
    name: str
    count: int


class ClientHit(Body):
    client: str = Field(description="Empty: clients that were too many to be told one by one.")
    vendor: str
    purpose: str
    subscription: str
    count: int
    first: datetime
    last: datetime
    names: list[NameHit] = Field(description="Most often asked first; not all.")
    other_names: int = Field(description="Queries for names that are not told.")


class InShadow(Body):
    kind: str = Field(description="vendor, purpose or subscription.")
    name: str
    groups: list[str] = Field(description="For which it is in shadow.")
    count: int = Field(description="Queries that would have been blocked.")
    last: datetime | None
    clients: list[ClientHit]


class ShadowShown(Body):
    since: datetime
    count: int
    in_shadow: list[InShadow]
    earlier: list[ClientHit] = Field(description="Of what is not in shadow any more.")


async def _shadow(backend: Backend, asked: ShadowAsked) -> ShadowShown:
    hits = backend.shadow.hits(asked.client)
    shown: list[InShadow] = []
    told: set[tuple[str, Cause]] = set()
    for kind, name, groups in switched(backend.generations.current.groups):
        its = [each for each in hits if each[1].is_of(kind, name)]
        told.update((client, cause) for client, cause, _ in its)
        shown.append(
            InShadow(
                kind=kind,
                name=name,
                groups=groups,
                count=_sum(its),
                last=moment(max((hit.last for *_, hit in its), default=None)),
                clients=[_client(*each) for each in its],
            )
        )
    return ShadowShown(
        since=_at(backend.shadow.since),
        count=_sum(hits),
        in_shadow=sorted(shown, key=lambda each: -each.count),
        earlier=[_client(*each) for each in hits if each[:2] not in told],
    )


def _client(client: str, cause: Cause, hits: Hits) -> ClientHit:
    names = sorted(hits.names.items(), key=lambda each: -each[1])
    return ClientHit(
        client=client,
        vendor=cause.vendor,
        purpose=cause.purpose,
        subscription=cause.subscription,
        count=hits.count,
        first=_at(hits.first),
        last=_at(hits.last),
        names=[NameHit(name=name, count=count) for name, count in names],
        other_names=hits.others,
    )


def _at(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def _sum(hits: Sequence[tuple[str, Cause, Hits]]) -> int:
    return sum(each.count for *_, each in hits)


ENDPOINTS = (
    Endpoint(
        "GET", "shadow", "read", "What is in shadow, and whom it would hit",
        ShadowAsked, ShadowShown, _shadow,
    ),
)  # fmt: skip
