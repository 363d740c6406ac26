"""`groups`: who is in each, and what is blocked for them."""

from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus
from typing import Any

from pydantic import Field

from blocker.admin.api.change import moment, present_of
from blocker.admin.api.endpoint import Backend, Body, Endpoint, Nothing
from blocker.asked.asked import Name
from blocker.clients.membership import Membership, is_id, is_mac
from blocker.link import Group
from blocker.store import Key


class Member(Body):
    client: str = Field(description="An address, a network, or a MAC address.")
    name: str = Field(description="As the user calls that device.")
    changed: bool = Field(description="Put there later, not by the configuration.")


class GroupShown(Body):
    name: str
    clients: list[Member]
    devices: list[str] = Field(description="Keys of those that asked and are in it; 500 at most.")
    schedule: list[dict[str, Any]] = Field(description="Its hours; none: always.")
    answer: str | dict[str, str]
    max_breakage: str
    vendors: dict[str, str] = Field(description="State, of those that have one of their own.")
    purposes: dict[str, str]
    subscriptions: dict[str, str]
    rules: int = Field(description="Of this group alone.")
    paused_until: datetime | None


class Groups(Body):
    groups: list[GroupShown] = Field(description="The first has whom no other has.")


class GroupAsked(Body):
    group: Name


async def _groups(backend: Backend, asked: Nothing) -> Groups:
    return Groups(groups=list(_all(backend)))


async def _group(backend: Backend, asked: GroupAsked) -> GroupShown:
    name = present_of(backend.generations).group(asked.group)
    return next(shown for shown in _all(backend) if shown.name == name)


def _all(backend: Backend) -> Iterator[GroupShown]:
    current = backend.generations.current
    membership = Membership(current.groups)
    devices: dict[str, list[str]] = {}
    for device in backend.devices:
        address = device.addresses[-1] if device.addresses else ""
        if is_id(device.key):
            devices.setdefault(membership.group_of(device.key), []).append(device.key)
        elif address:
            macs = {address: device.mac} if device.mac else {}
            devices.setdefault(membership.group_of(address, macs), []).append(device.key)
    for group in current.groups:
        rules = sum(rule.get("group") == group["name"] for rule in current.rules)
        yield _shown(backend, group, devices.get(group["name"], [])[:500], rules)


def _shown(backend: Backend, group: Group, devices: list[str], rules: int) -> GroupShown:
    blocking = group["blocking"]
    return GroupShown(
        name=group["name"],
        clients=[_member(backend, client) for client in group["clients"]],
        devices=devices,
        schedule=[dict(slot) for slot in group["schedule"]],
        answer=blocking["answer"],
        max_breakage=blocking["max_breakage"],
        vendors={name: switch["state"] for name, switch in blocking["vendors"].items()},
        purposes=blocking["purposes"],
        subscriptions=blocking["lists"],
        rules=rules,
        paused_until=moment(group.get("paused_until")),
    )


def _member(backend: Backend, client: str) -> Member:
    key = f"{'mac' if is_mac(client) else 'ip'}:{client}"
    settings = backend.generations.settings
    return Member(
        client=client,
        name=settings.device_names.get(key, ""),
        changed=settings.get(Key("member", key)) is not None,
    )


ENDPOINTS = (
    Endpoint("GET", "groups", "read", "Who is in each group", Nothing, Groups, _groups),
    Endpoint(
        "GET", "groups/{group}", "read", "One group", GroupAsked, GroupShown, _group,
        refuses=(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY),
    ),
)  # fmt: skip
