"""What is known of devices, in the query log's table: so that it outlives a restart.

Rule: written by the log's only writer, now and then, what has changed alone. Where the log hides
clients nothing of a device is in it, not even of before; of clients it ignores, and names it does
not tell, neither.
"""

import asyncio
import ipaddress
import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from blocker.devices.devices import ADDRESSES, KNOWN, Device, Devices
from blocker.devices.guess import Guess
from blocker.querylog import tables
from blocker.querylog.log import QueryLog
from blocker.querylog.opening import LogError
from blocker.querylog.settings import LogSettings

EVERY: Final = 30.0  # seconds
AT_ONCE: Final = 400  # rows in one statement


class Record:
    """`run` is a task of the loop; `write` is called once more at the end, before the log ends."""

    def __init__(self, devices: Devices, log: QueryLog, settings: LogSettings) -> None:
        self._devices = devices
        self._log = log
        self._settings = settings
        self._networks = [ipaddress.ip_network(each) for each in settings.ignore_clients]
        self._written: dict[str, Device] = {}
        self._restored = False

    async def run(self) -> None:
        while True:
            await self.write()
            await asyncio.sleep(EVERY)

    async def write(self) -> None:
        """What cannot be written now is written the next time."""
        with suppress(LogError):  # the log itself says so
            if self._settings.clients != "full":
                if not self._restored:
                    await self._log.write(forget)
                self._restored = True
                return
            if not self._restored:
                # Through the writer: it makes the tables where there are none yet.
                self._devices.restore(await self._log.write(read))
                self._restored = True
            known = [self._told(each) for each in self._devices if self._may_be_told(each)]
            changed = [each for each in known if self._written.get(each.key) != each]
            if changed:
                await self._log.write(lambda connection: write(connection, changed))
            self._written = {each.key: each for each in known}

    def _may_be_told(self, device: Device) -> bool:
        addresses = [ipaddress.ip_address(each) for each in device.addresses]
        return not any(address in net for address in addresses for net in self._networks)

    def _told(self, device: Device) -> Device:
        """A reason says a name."""
        hidden = self._settings.ignore_names
        guess = device.guess
        kept = tuple(
            reason
            for reason in guess.reasons
            if self._settings.names != "none" and not any(name in reason for name in hidden)
        )
        return replace(device, guess=replace(guess, reasons=kept))


def forget(connection: Connection) -> None:
    connection.execute(delete(tables.devices))


def write(connection: Connection, devices: Iterable[Device]) -> None:
    table = tables.devices
    rows = [_row(each) for each in devices]
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        connection.execute(delete(table).where(table.c.key.in_([row["key"] for row in some])))
        connection.execute(insert(table), some)
    oldest = connection.scalar(
        select(table.c["last"]).order_by(table.c["last"].desc()).offset(KNOWN).limit(1)
    )
    if oldest is not None:
        connection.execute(delete(table).where(table.c["last"] <= oldest))


def read(connection: Connection) -> list[Device]:
    """Whoever was heard of last comes last."""
    table, client = tables.devices.c, tables.clients.c
    addresses: dict[str, list[str]] = {}
    known = select(client.device, client.address).where(client.device != "").order_by(client.id)
    for key, address in connection.execute(known):
        if address != key:  # an `id:`, whose address nobody knows
            addresses.setdefault(key, []).append(address)
    rows = connection.execute(select(tables.devices).order_by(table["last"])).mappings().all()
    return [
        Device(
            row["key"], tuple(addresses.get(row["key"], ())[-ADDRESSES:]), row["first"],
            row["last"], Guess(row["guess"], tuple(json.loads(row["reasons"]))),
            row["hostname"], row["hostname_from"],
        )
        for row in rows
    ]  # fmt: skip


def _row(each: Device) -> dict[str, object]:
    return {
        "key": each.key,
        "mac": each.mac,
        "maker": each.maker,
        "randomised": each.randomised,
        "hostname": each.hostname,
        "hostname_from": each.hostname_from,
        "guess": each.guess.vendor,
        "reasons": json.dumps(each.guess.reasons),
        "first": each.first,
        "last": each.last,
    }
