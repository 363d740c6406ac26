"""`clients`: the devices that ask, what is known of each and how; the user's name and group for it.

Rule: what a device says of itself stands apart from what the user calls it, and says where from.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import islice

from pydantic import Field

from blocker.admin.api.change import Changed, change, present_of
from blocker.admin.api.endpoint import Backend, Body, Endpoint
from blocker.admin.api.logged import Moment, Word
from blocker.admin.problem_details import Refusal
from blocker.asked.devices import DeviceChange, DeviceForget, DeviceKey
from blocker.clients.membership import Membership, is_id, is_mac
from blocker.devices.counts import Counts, counts
from blocker.devices.devices import Device
from blocker.querylog.opening import LogError
from blocker.querylog.stats import Span

WEEK = 7 * 86_400


class VendorCounts(Body):
    vendor: str
    blocked: int
    allowed: int
    would_block: int


class DeviceShown(Body):
    key: str
    addresses: list[str] = Field(description="The latest last.")
    mac: str
    maker: str = Field(description="By its MAC address, as the registry of the IEEE has it.")
    randomised: bool = Field(description="It made its MAC address up, which says nothing then.")
    name: str = Field(description="As the user calls it.")
    group: str = Field(description="Outside the hours of a schedule it may be another.")
    hostname: str = Field(description="As it calls itself; anything may stand there.")
    hostname_from: str = Field(description="Who says so.")
    guess: str = Field(description="The vendor whose device it may be, by what it asks.")
    reasons: list[str]
    first: datetime
    last: datetime
    blocked: int | None = Field(
        description="Since the hour of `since`. Null: not known, for the query log is off, or does "
        "not tell clients, or ignores an address of this one."
    )
    allowed: int | None
    would_block: int | None
    vendors: list[VendorCounts]


class DevicesAsked(Body):
    since: Moment = Field(default=None, description="Count from here on; else the last week.")
    limit: int = Field(default=100, ge=1, le=500)
    skip: int = Field(default=0, ge=0, le=10_000, description="The cursor the page before gave.")
    search: Word = Field(default="", description="In a name, maker, address or key.")


class DevicesShown(Body):
    devices: list[DeviceShown] = Field(description="Who was heard of last comes first.")
    skip: int | None = Field(description="The cursor of the next page; null: this is the last.")


class DeviceAsked(Body):
    device: DeviceKey
    since: Moment = Field(default=None, description="Count from here on; else the last week.")


async def _devices(backend: Backend, asked: DevicesAsked) -> DevicesShown:
    wanted = asked.search.lower()
    names = names_of(backend)
    fitting = (
        each
        for each in backend.devices
        if not wanted or _fits(each, names.get(each.key, ""), wanted)
    )
    some = list(islice(fitting, asked.skip, asked.skip + asked.limit + 1))
    more = len(some) > asked.limit
    shown = await _shown(backend, some[: asked.limit], asked.since)
    return DevicesShown(devices=shown, skip=asked.skip + asked.limit if more else None)


async def _device(backend: Backend, asked: DeviceAsked) -> DeviceShown:
    key = _key(backend, asked.device)
    found = [each for each in backend.devices if each.key == key]
    if not found:
        message = f"{key} has not asked anything yet; GET clients lists those that have"
        raise Refusal(HTTPStatus.NOT_FOUND, message)
    return (await _shown(backend, found, asked.since))[0]


async def _change(backend: Backend, asked: DeviceChange) -> Changed:
    key = _key(backend, asked.device)
    if asked.group is not None:
        group = present_of(backend.generations).group(asked.group)
        _refuse_if_address_says_otherwise(backend, key, group)
    return await change(backend, asked.model_copy(update={"device": key}))


async def _forget(backend: Backend, asked: DeviceForget) -> Changed:
    key = _key(backend, asked.device)
    return await change(backend, asked.model_copy(update={"device": key}))


def _key(backend: Backend, device: str) -> str:
    """Of an address: the device that has it."""
    kind, _, rest = device.partition(":")
    return backend.devices.key_of(rest) if kind == "ip" else device


def _refuse_if_address_says_otherwise(backend: Backend, key: str, group: str) -> None:
    """An address that a group names says more than a MAC address: the change would do nothing."""
    addresses = next((each.addresses for each in backend.devices if each.key == key), ())
    for other in backend.generations.configured.groups:
        for client in other["clients"]:
            if key.startswith("mac:") and other["name"] != group and client in addresses:
                message = (
                    f"the group {other['name']} names {client}, an address of this device, in the "
                    "configuration; take it out of there, or write the MAC address instead"
                )
                raise Refusal(HTTPStatus.CONFLICT, message)


def _fits(device: Device, name: str, wanted: str) -> bool:
    said = (device.key, device.maker, device.hostname, device.guess.vendor, *device.addresses)
    return any(wanted in word.lower() for word in (name, *said))


def names_of(backend: Backend) -> dict[str, str]:
    """What the user calls devices, by key; also by an address, of before the MAC was known."""
    given = backend.generations.settings.device_names
    by_address = {
        backend.devices.key_of(key.removeprefix("ip:")): name
        for key, name in given.items()
        if key.startswith("ip:")
    }
    return {**by_address, **given}


async def _shown(
    backend: Backend, devices: Iterable[Device], since: datetime | None
) -> list[DeviceShown]:
    now = int(datetime.now(UTC).timestamp()) + 1
    span = Span(int(since.timestamp()) if since else now - WEEK, now)
    keys = [each.key for each in devices]
    counted: dict[str, Counts] | None = None
    if backend.querylog and keys:
        with suppress(LogError):  # the devices are known all the same
            counted = await backend.querylog.read(lambda connection: counts(connection, span, keys))
    names = names_of(backend)
    groups = Membership(backend.generations.current.groups)
    return [
        _one(each, names.get(each.key, ""), groups, _known(backend, each, counted))
        for each in devices
    ]


def _known(backend: Backend, each: Device, counted: dict[str, Counts] | None) -> Counts | None:
    """Nothing counted is no zero where privacy keeps it from being counted."""
    log = backend.querylog
    if log is None or counted is None or not all(log.tells(client) for client in each.addresses):
        return None
    return counted.get(each.key, Counts())


def _one(each: Device, name: str, groups: Membership, found: Counts | None) -> DeviceShown:
    return DeviceShown(
        key=each.key,
        addresses=list(each.addresses),
        mac=each.mac,
        maker=each.maker,
        randomised=each.randomised,
        name=name,
        group=_group(groups, each),
        hostname=each.hostname,
        hostname_from=each.hostname_from,
        guess=each.guess.vendor,
        reasons=list(each.guess.reasons),
        first=datetime.fromtimestamp(each.first, UTC),
        last=datetime.fromtimestamp(each.last, UTC),
        blocked=found.outcomes.get("blocked", 0) if found else None,
        allowed=found.outcomes.get("allowed", 0) if found else None,
        would_block=found.outcomes.get("would-block", 0) if found else None,
        vendors=[_vendor(vendor, some) for vendor, some in found.vendors.items()] if found else [],
    )


def _vendor(vendor: str, outcomes: dict[str, int]) -> VendorCounts:
    return VendorCounts(
        vendor=vendor,
        blocked=outcomes.get("blocked", 0),
        allowed=outcomes.get("allowed", 0),
        would_block=outcomes.get("would-block", 0),
    )


def _group(groups: Membership, device: Device) -> str:
    """Of its latest address."""
    if is_id(device.key):
        return groups.group_of(device.key)
    address = device.addresses[-1] if device.addresses else ""
    if not address:
        return "default"
    return groups.group_of(address, {address: device.mac} if is_mac(device.mac) else {})


_REFUSES = (HTTPStatus.UNPROCESSABLE_ENTITY,)
_UNFIT = (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)
ENDPOINTS = (
    Endpoint(
        "GET", "clients", "read", "The devices that ask", DevicesAsked, DevicesShown, _devices,
        refuses=_REFUSES,
    ),
    Endpoint(
        "GET", "clients/{device}", "read", "One device", DeviceAsked, DeviceShown, _device,
        refuses=(HTTPStatus.NOT_FOUND, *_REFUSES),
    ),
    Endpoint(
        "POST", "clients/{device}", "admin", "Name a device, or put it in a group",
        DeviceChange, Changed, _change, _UNFIT,
    ),
    Endpoint(
        "DELETE", "clients/{device}", "admin", "Forget its name, or the group it was put in",
        DeviceForget, Changed, _forget, _UNFIT,
    ),
)  # fmt: skip
