"""Where the processes meet: what a worker runs with, and what it tells.

A Generation is a file, so that a worker needs nobody to start. Whoever writes one then sends each
worker a notice, and the worker's next Tally says which generation it runs. Messages are whole
SOCK_SEQPACKET records: a process killed in the middle of one leaves nothing half-read. Sending
never blocks: what does not fit is dropped and counted.
"""

import contextlib
import json
import os
import socket
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, NotRequired, Self, TypedDict

LIMIT = 64 * 1024  # octets in one message; the kernel keeps about three in its queue


class UserRule(TypedDict):
    """One of the user's own rules, as written and where. For all clients unless it names a group
    or a client; for ever unless it says until when (wall clock).
    """

    action: str
    text: str
    list: str
    line: int
    group: NotRequired[str]
    client: NotRequired[str]
    until: NotRequired[float]


class UserRecord(TypedDict):
    """A record of the user's own; rdata is in wire form, in hexadecimal."""

    name: str  # `*.` in front stands for all names below
    type: int
    ttl: int
    rdata: str
    list: str
    line: int


class Slot(TypedDict):
    """When a group's settings hold. Minutes count from midnight; `to` at or below `from_` is on the
    next day.
    """

    days: list[int]  # 0 is Monday
    from_: int
    to: int
    zone: str  # of zoneinfo


class VendorSwitch(TypedDict):
    """One vendor's setting; None stands for what the policy says."""

    state: str
    purposes: list[str] | None
    max_breakage: str | None


class Blocking(TypedDict):
    answer: str | dict[str, str]
    ttl: int
    max_breakage: str
    vendors: dict[str, VendorSwitch]
    purposes: dict[str, str]  # on, off or shadow, where it differs from the built-in choice
    lists: dict[str, str]  # subscriptions likewise


class UpstreamAddress(TypedDict):
    url: str
    addresses: NotRequired[list[str]]  # of a server known by its name
    bootstrap: NotRequired[list[str]]  # else: URLs of upstreams to ask where it is
    zones: NotRequired[list[str]]  # asked about these names and those below, and no others


class Group(TypedDict):
    """Clients with settings of their own. The first of a Generation is `default`."""

    name: str
    clients: list[str]  # addresses, networks, MAC addresses, `id:` and a name
    schedule: list[Slot]  # none: always; outside its hours it is as if the group were not there
    blocking: Blocking  # complete
    upstreams: list[UpstreamAddress]  # none: those of all
    paused_until: NotRequired[float]  # wall clock; a pause of all is the Generation's


class CacheLimits(TypedDict):
    """Octets and seconds."""

    size: int
    min_ttl: int
    max_ttl: int
    serve_stale: int


class RateLimits(TypedDict):
    """Questions a minute of one client, and the networks of those who may ask more."""

    questions: int
    exempt: list[str]


class Encrypted(TypedDict):
    """With what clients are answered over TLS and HTTPS, and for which name."""

    certificate: str
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Generation:
    """All a worker runs with. Numbers only grow, over restarts too."""

    number: int
    ruleset: str
    groups: list[Group]
    rules: list[UserRule]
    records: list[UserRecord]
    upstreams: list[UpstreamAddress]
    allow_from: list[str]
    cache: CacheLimits
    paused_until: float | None = None  # wall clock: a pause outlives the process that began it
    rate: RateLimits | None = None  # None: everyone may ask as much as they like
    strategy: str = "fastest"  # which of several upstreams is asked
    encrypted: Encrypted | None = None
    homes: list[str] | None = None  # zones whose names may lead to private addresses; None: all may
    private_domains: list[str] = field(default_factory=list)  # of these, what the user has named

    @classmethod
    def read(cls, state: Path) -> Self:
        """The current one; OSError or ValueError when there is none that can be used."""
        try:
            return cls(**json.loads(generation_path(state).read_bytes()))
        except TypeError as error:  # written by another release
            raise ValueError(str(error)) from error

    def write(self, state: Path, *, durable: bool = True) -> None:
        """Whole or not at all. Not durable: when the power goes, the one before may be there."""
        plain = {each.name: getattr(self, each.name) for each in fields(self)}  # asdict copies all
        content = json.dumps(plain).encode()
        write_atomically(generation_path(state), content, durable=durable)


def generation_path(state: Path) -> Path:
    return state / "generation.json"


class Histogram(TypedDict):
    """counts has one more place than bounds: what lay above the last. Not cumulative."""

    bounds: list[float]
    counts: list[int]
    sum: float


class CacheTally(TypedDict):
    hits: int
    misses: int
    evictions: int
    bytes: int
    entries: int


class UpstreamTally(TypedDict):
    requests: int
    errors: dict[str, int]
    seconds: Histogram


Accounts = dict[str, dict[str, dict[str, int]]]  # vendor, purpose, outcome: Kind.account


@dataclass(slots=True)
class Tally:
    """What one worker process has counted since its start: totals, so a lost one costs nothing."""

    worker: int
    pid: int
    generation: int
    refused: int = 0  # a newer generation that could not be taken, and why
    error: str = ""
    queries: dict[str, dict[str, int]] = field(default_factory=dict)  # transport, action
    accounts: Accounts = field(default_factory=dict)
    cache: CacheTally | None = None
    upstreams: dict[str, UpstreamTally] = field(default_factory=dict)
    answer_seconds: Histogram | None = None
    journal_dropped: int = 0
    link_dropped: int = 0
    rows_dropped: int = 0
    datagrams_lost: int = 0  # by the kernel, since the sockets were bound: they outlive a worker
    connections_refused: int = 0

    @property
    def unclassified(self) -> dict[str, int]:
        """By vendor, queries into its zones that no list names."""
        return {
            vendor: sum(purposes["unclassified"].values())
            for vendor, purposes in self.accounts.items()
            if "unclassified" in purposes
        }

    def encode(self) -> bytes:
        message = json.dumps(asdict(self), separators=(",", ":")).encode()
        # A hundred vendors with every purpose are many words, and few different ones.
        return message if len(message) < LIMIT // 2 else zlib.compress(message, 1)

    @classmethod
    def decode(cls, message: bytes) -> Self:
        """ValueError when it is none."""
        try:
            plain = message if message[:1] == b"{" else zlib.decompress(message)
            return cls(**json.loads(plain))
        except zlib.error as error:
            raise ValueError(str(error)) from error
        except TypeError as error:
            raise ValueError(str(error)) from error


def encode_notice(number: int) -> bytes:
    """To a worker: generation `number` is on disk, read it."""
    return json.dumps({"generation": number}).encode()


def decode_notice(message: bytes) -> int:
    notice: dict[str, Any] = json.loads(message)
    return int(notice["generation"])


class Link:
    """One end of a socket pair between a worker and admin."""

    __slots__ = ("dropped", "sock")

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self.sock = sock
        self.dropped = 0

    def send(self, message: bytes) -> bool:
        if len(message) <= LIMIT:
            with contextlib.suppress(OSError):  # BlockingIOError: the queue is full
                self.sock.send(message)
                return True
        self.dropped += 1
        return False

    def receive(self) -> Iterator[bytes]:
        """Every message that waits now."""
        while True:
            try:
                message = self.sock.recv(LIMIT)
            except OSError:
                return
            if not message:
                return
            yield message


def link_pair() -> tuple[socket.socket, socket.socket]:
    """(worker's end, admin's end). The supervisor keeps both, so either side can be restarted."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def write_atomically(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Old or new, never a part, whenever the process ends; durable: or the power goes."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        temporary.replace(path)
        if durable:
            _sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
