"""`vendors`, `purposes` and subscriptions: what is on, off, or in shadow, and for which group."""

import asyncio
from http import HTTPStatus
from typing import Literal

from pydantic import Field

from blocker.admin.api.change import Changed, change, present_of
from blocker.admin.api.endpoint import Backend, Body, Endpoint, Nothing
from blocker.asked.asked import Asked
from blocker.asked.listing import names_by, switches_in_force
from blocker.asked.switches import PurposeSwitch, SubscriptionSwitch, VendorSwitch
from blocker.store.settings import Kind


class SwitchShown(Body):
    name: str
    group: str
    state: Literal["on", "off", "shadow"]
    origin: Literal["default", "config", "changed"]
    names: int = Field(description="How many are known of it, whatever becomes of them.")
    change: int | None = Field(description="The change that made it so.")


class Vendors(Body):
    vendors: list[SwitchShown]


class Purposes(Body):
    purposes: list[SwitchShown]


async def _vendors(backend: Backend, asked: Nothing) -> Vendors:
    return Vendors(vendors=await asyncio.to_thread(_shown, backend, "vendor"))


async def _purposes(backend: Backend, asked: Nothing) -> Purposes:
    return Purposes(purposes=await asyncio.to_thread(_shown, backend, "purpose"))


async def _switch(backend: Backend, asked: Asked) -> Changed:
    return await change(backend, asked)


def _shown(backend: Backend, kind: Kind) -> list[SwitchShown]:
    present = present_of(backend.generations)
    return [
        SwitchShown.model_validate(each, from_attributes=True)
        for each in switches_in_force(present, kind, names_by(kind, present))
    ]


_UNFIT = (HTTPStatus.UNPROCESSABLE_ENTITY,)
ENDPOINTS = (
    Endpoint("GET", "vendors", "read", "Every vendor's switch", Nothing, Vendors, _vendors),
    Endpoint(
        "POST", "vendors/{vendor}", "rules", "Switch a vendor",
        VendorSwitch, Changed, _switch, _UNFIT,
    ),
    Endpoint("GET", "purposes", "read", "Every purpose's switch", Nothing, Purposes, _purposes),
    Endpoint(
        "POST", "purposes/{purpose}", "rules", "Switch a purpose, of all vendors",
        PurposeSwitch, Changed, _switch, _UNFIT,
    ),
    Endpoint(
        "POST", "subscriptions/{subscription}", "rules", "Switch a subscribed list",
        SubscriptionSwitch, Changed, _switch, _UNFIT,
    ),
)  # fmt: skip
