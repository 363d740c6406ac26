"""`report`: which devices call which makers, how often, for what, and what became of it."""

import asyncio
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from pydantic import Field

from blocker.accounting.document import document
from blocker.accounting.makers import makers_of
from blocker.accounting.report import Maker, report
from blocker.admin.api.clients import names_of
from blocker.admin.api.endpoint import Backend, Body, Endpoint
from blocker.admin.api.logged import REFUSES, read
from blocker.admin.api.stats import SpanAsked
from blocker.catalog.load import load_catalogue


class SumShown(Body):
    attempts: int
    blocked: int
    allowed: int
    would_block: int
    names: int = Field(
        description="Distinct ones of each device and purpose, added up; of whole days (UTC)."
    )
    first: datetime | None = Field(
        description="Of the days (UTC) that the time touches; perhaps before it. Null: not known."
    )
    last: datetime | None


class PurposeSum(SumShown):
    purpose: str


class DeviceSum(SumShown):
    device: str
    device_name: str = Field(description="As the user calls it.")


class LawSource(Body):
    title: str
    url: str


class VendorShown(SumShown):
    vendor: str
    title: str
    is_maker: bool = Field(
        description="False: what your own rules (`user`) or subscribed lists (`subscription`) "
        "stopped of names of no maker."
    )
    jurisdiction: str = Field(description="ISO 3166 code of the vendor's home; empty: not known.")
    law: str = Field(description="The law that can compel it to hand over what it knows.")
    sources: list[LawSource]
    amplification: float | None = Field(
        description="Questions a minute once blocked, over those before; null without a before."
    )
    purposes: list[PurposeSum]
    devices: list[DeviceSum]


class AccountShown(SumShown):
    device: str
    device_name: str
    vendor: str
    purpose: str


class AmplifiedShown(Body):
    device: str
    device_name: str
    vendor: str
    name: str
    before: float = Field(description="Questions a minute while it was allowed.")
    after: float = Field(description="And once it was blocked.")
    factor: float


class BeaconShown(Body):
    device: str
    device_name: str
    vendor: str
    purpose: str
    name: str
    period: float = Field(description="Seconds.")
    jitter: float = Field(description="Seconds that half of the calls keep within.")
    calls: int


class UnclassifiedShown(Body):
    vendor: str
    name: str
    count: int
    clients: int
    first: datetime | None
    last: datetime | None


class ReportShown(Body):
    since: datetime = Field(description="Counted from here on: the start of an hour.")
    until: datetime = Field(description="Up to here: the end of an hour, or now.")
    total: SumShown
    vendors: list[VendorShown] = Field(description="Most attempts first.")
    accounts: list[AccountShown] = Field(description="By device, vendor and purpose.")
    amplified: list[AmplifiedShown] = Field(description="Of whole days (UTC).")
    beacons: list[BeaconShown] = Field(description="Of the last day.")
    inbox: list[UnclassifiedShown] = Field(
        description="Names of vendors that are on no list; of whole days (UTC)."
    )


async def _report(backend: Backend, asked: SpanAsked) -> ReportShown:
    span = asked.span()
    folders, version = backend.watch.folders, backend.generations.in_force.catalogue
    makers = await asyncio.to_thread(_makers, *folders, version)
    found = await read(backend, lambda connection: report(connection, span, makers, asked.device))
    return ReportShown.model_validate(document(found, names_of(backend)))


@lru_cache(1)
def _makers(folder: Path, overlay: Path, version: str) -> dict[str, Maker]:
    """Read anew when another `version` of the lists is in force: that takes half a second."""
    return makers_of(load_catalogue(folder, overlay if overlay.is_dir() else None))


ENDPOINTS = (
    Endpoint(
        "GET", "report", "read", "Who calls home, how often, for what, and what became of it",
        SpanAsked, ReportShown, _report, refuses=REFUSES,
    ),
)  # fmt: skip
