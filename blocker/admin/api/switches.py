"""`vendors`, `purposes` and subscriptions: what is on, off, or in shadow, and for which group."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Literal

from pydantic import Field

from blocker.admin.api.change import Changed, change, present_of
from blocker.admin.api.endpoint import Backend, Body, Endpoint, Nothing
from blocker.asked.asked import Asked
from blocker.asked.listing import switches_in_force
from blocker.asked.switches import PurposeSwitch, SubscriptionSwitch, VendorSwitch
from blocker.core.policy import PURPOSES
from blocker.ruleset import open_ruleset
from blocker.store.settings import Kind


class SwitchShown(Body):
    name: str
    group: str
    state: Literal["on", "off", "shadow"]
    origin: Literal["default", "config", "changed"]
    names: int | None = Field(description="How many are known of it, whatever becomes of them.")
    change: int | None = Field(description="The change that made it so.")


class Vendors(Body):
    vendors: list[SwitchShown]


class Purposes(Body):
    purposes: list[SwitchShown]


async def _vendors(backend: Backend, asked: Nothing) -> Vendors:
    known = backend.generations.in_force.vendors
    counted = await asyncio.to_thread(_names, backend, "vendor")
    names = {vendor: counted[vendor] for vendor in sorted(known)}
    return Vendors(vendors=_shown(backend, "vendor", names))


async def _purposes(backend: Backend, asked: Nothing) -> Purposes:
    counted = await asyncio.to_thread(_names, backend, "purpose")
    names = {purpose: counted[purpose] for purpose in PURPOSES}
    return Purposes(purposes=_shown(backend, "purpose", names))


async def _switch(backend: Backend, asked: Asked) -> Changed:
    return await change(backend, asked)


def _names(backend: Backend, of: str) -> Counter[str]:
    ruleset = open_ruleset(Path(backend.generations.current.ruleset))
    return Counter(getattr(rule, of) for rule in ruleset.entries() if rule.layer == "curated")


def _shown(backend: Backend, kind: Kind, names: Mapping[str, int]) -> list[SwitchShown]:
    present = present_of(backend.generations)
    return [
        SwitchShown.model_validate(each, from_attributes=True)
        for each in switches_in_force(present, kind, names)
    ]


_UNFIT = (HTTPStatus.UNPROCESSABLE_ENTITY,)
ENDPOINTS = (
    Endpoint("GET", "vendors", "read", "Every vendor's switch", Nothing, Vendors, _vendors),
    Endpoint(
        "POST", "vendors/{vendor}", "admin", "Switch a vendor",
        VendorSwitch, Changed, _switch, _UNFIT,
    ),
    Endpoint("GET", "purposes", "read", "Every purpose's switch", Nothing, Purposes, _purposes),
    Endpoint(
        "POST", "purposes/{purpose}", "admin", "Switch a purpose, of all vendors",
        PurposeSwitch, Changed, _switch, _UNFIT,
    ),
    Endpoint(
        "POST", "subscriptions/{subscription}", "admin", "Switch a subscribed list",
        SubscriptionSwitch, Changed, _switch, _UNFIT,
    ),
)  # fmt: skip
