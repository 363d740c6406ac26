"""What the log may know of a query, decided before a row waits to be written or is shown live.

Rule: what is hidden here is nowhere in the log: not in the row, the totals, or the text of a rule
that says the name again. The key of hashed addresses is never stored, and lives for one day.
"""

import ipaddress
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from blocker.core.row import Kind, Row
from blocker.querylog.settings import DAY, LogSettings

REMEMBERED = 16_384  # addresses


class Noted(NamedTuple):
    """A row as the log may know it, and the device's key where it may be told."""

    row: Row
    device: str


class Privacy:
    """`device_of` knows a device by its address."""

    def __init__(self, settings: LogSettings, device_of: Callable[[str], str]) -> None:
        self._settings = settings
        self.device_of = device_of
        self._ignored = {name.rstrip(".").lower() for name in settings.ignore_names}
        self._networks = [ipaddress.ip_network(each) for each in settings.ignore_clients]
        self._day = -1
        self._key = b""
        self._shown: dict[str, tuple[str, bool]] = {}  # and whether its rows are ignored
        self._plain = settings.clients == settings.names == "full"

    def note(self, rows: Sequence[Row]) -> list[Noted]:
        """The rows that are not ignored."""
        if rows and self._settings.clients == "hashed":
            self._turn(rows[0].second // DAY)
        if len(self._shown) > REMEMBERED:
            self._shown.clear()
        told: dict[str, tuple[str, str, bool]] = {}
        noted = []
        for row in rows:
            client = told.get(row.client)
            if client is None:
                client = told[row.client] = self._client(row.client)
            shown, device, ignored = client
            if ignored or (self._ignored and self._is_ignored(row.name)):
                continue
            shows = self._plain and shown == row.client
            noted.append(Noted(row if shows else self._hidden(row, shown), device))
        return noted

    def tells(self, client: str) -> bool:
        """Whether the log knows whose this client's rows are, and has them."""
        shown, ignored = self._shown_as(plain(client))
        return self._settings.clients == "full" and bool(shown) and not ignored

    def _client(self, client: str) -> tuple[str, str, bool]:
        known = self._shown.get(client)
        if known is None:
            known = self._shown[client] = self._shown_as(plain(client))
        shown, ignored = known
        tells = self._settings.clients == "full" and shown and not ignored
        return shown, self.device_of(shown) if tells else "", ignored

    def _shown_as(self, address: str) -> tuple[str, bool]:
        if address.startswith("id:"):  # a name that a client gave itself
            return self._id_shown_as(address), False
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:  # of floods it is empty
            return "", False
        ignored = any(parsed in network for network in self._networks)
        match self._settings.clients:
            case "full":
                return address, ignored
            case "truncated":
                length = 24 if parsed.version == 4 else 48
                return str(ipaddress.ip_network((parsed, length), strict=False)), ignored
            case "hashed":
                return blake2b(parsed.packed, key=self._key, digest_size=8).hexdigest(), ignored
        return "", ignored

    def _id_shown_as(self, name: str) -> str:
        match self._settings.clients:
            case "full":
                return name
            case "hashed":
                return blake2b(name.encode(), key=self._key, digest_size=8).hexdigest()
        return ""  # no part of it says less

    def _turn(self, day: int) -> None:
        if day != self._day:
            self._day, self._key = day, secrets.token_bytes(32)
            self._shown.clear()

    def _is_ignored(self, name: str) -> bool:
        while name:
            if name in self._ignored:
                return True
            name = name.partition(".")[2]
        return False

    def _hidden(self, row: Row, client: str) -> Row:
        name, kind = row.name, row.kind
        level = self._settings.names
        if level == "none" or (level == "vendors" and not kind.vendor):
            name, kind = "", _without_text(kind)
        return Row(
            row.second, client, name, row.qtype, row.rcode, kind, row.count, row.upstream,
            row.micros,
        )  # fmt: skip


def plain(client: str) -> str:
    """An address without the interface it was seen on, and IPv4 as IPv4."""
    address = client.partition("%")[0]
    return address.removeprefix("::ffff:") if "." in address else address


@lru_cache(4_096)
def _without_text(kind: Kind) -> Kind:
    """A rule's text and line would say the name again."""
    return replace(kind, text="", line=0)
