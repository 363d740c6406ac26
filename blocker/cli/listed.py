"""The subscriptions of a server that runs, or of the state folder where none does.

Rule: both ways show the same and do the same. A server downloads by itself and is only asked how
far it is.
"""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from blocker.catalog.formats.sniff import is_a_list
from blocker.cli.control import NoServer, Server
from blocker.cli.loading import Show
from blocker.config import Config, load_config
from blocker.config.policy import upstreams_of
from blocker.download.connect import Network
from blocker.download.downloads import Downloads
from blocker.download.resolve import DirectResolver
from blocker.download.shown import shown
from blocker.download.source import Source
from blocker.errors import StartError

Told = dict[str, Any]  # one subscription, as the API tells of it

EVERY: Final = 0.1  # seconds between two looks at how far a server is
_UNDER_WAY: Final = ("waiting", "loading")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of asking for one list."""

    name: str
    state: str  # new, same, held, failed
    lines: int | None
    why: str

    @property
    def failed(self) -> bool:
        return self.state in ("held", "failed")

    def __str__(self) -> str:
        match self.state:
            case "new":
                return f"{self.name}: {self.lines or 0:,} lines are new"
            case "same":
                return f"{self.name}: as it was, {self.lines or 0:,} lines"
            case "held":
                return (
                    f"{self.name}: {self.why}: blocker subscriptions refresh --accept {self.name}"
                )
        kept = "its last good copy stays" if self.lines else "there is no copy of it"
        return f"{self.name}: {self.why}; {kept}"


class Listed(ABC):
    """All subscriptions of a configuration."""

    later = ""

    @abstractmethod
    def told(self) -> list[Told]:
        """How each is doing."""

    @abstractmethod
    def accept(self, name: str) -> None:
        """Use the list that shrank."""

    @abstractmethod
    def _ask_for(self, names: Sequence[str], show: Show) -> None:
        """Return when all of them have come, or failed to."""

    def refresh(self, names: Sequence[str], show: Show) -> list[Outcome]:
        before = {each["name"]: each["fetched"] for each in self.told()}
        self._ask_for(names, show)
        after = {each["name"]: each for each in self.told()}
        return [_outcome(after[name], before[name]) for name in names if name in after]

    def downloads(self, names: Sequence[str]) -> list[str]:
        """The names of those to be downloaded, all when none is said. StartError for others."""
        known = {each["name"]: "://" in each["source"] for each in self.told()}
        for name in names:
            if name not in known:
                listed = ", ".join(known) or "none"
                message = f"no subscription is called {name}; the configuration has: {listed}"
                raise StartError(message)
            if not known[name]:
                message = f"{name} is a file; what is saved there is read without a download"
                raise StartError(message)
        wanted = list(dict.fromkeys(names)) or [name for name, load in known.items() if load]
        if not wanted:
            raise StartError("the configuration has no subscription that is a download")
        return wanted


def here(config: Path | None) -> Listed:
    """Those of the server that runs with this configuration, else of its state folder."""
    read = load_config(config)
    server = Server(read.state)
    try:
        server.get("subscriptions")
    except NoServer:
        return Folder(read)
    return Running(server)


class Running(Listed):
    """Of a server."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def told(self) -> list[Told]:
        listed: list[Told] = self._server.get("subscriptions")["subscriptions"]
        return listed

    def accept(self, name: str) -> None:
        self._server.post(f"subscriptions/{name}/accept")

    def _ask_for(self, names: Sequence[str], show: Show) -> None:
        for name in names:
            self._server.post(f"subscriptions/{name}/refresh")
        while True:
            listed = [each for each in self.told() if each["name"] in names]
            for each in listed:
                if each["progress"]:
                    show(each["name"], each["progress"]["octets"], each["progress"]["whole"])
            if not any(each["state"] in _UNDER_WAY for each in listed):
                return
            time.sleep(EVERY)


class Folder(Listed):
    """Of a state folder that no server uses."""

    later = "no server runs: what is new is in force when one is started"

    def __init__(self, config: Config) -> None:
        self._state = config.state
        self._sources = [Source.of(each) for each in config.subscriptions]
        common = [each for each in config.upstreams if not each.zones]
        self._upstreams = upstreams_of(common, common)

    def told(self) -> list[Told]:
        downloads = self._downloads()
        now = datetime.now(UTC).timestamp()
        return [dict(_told(each, downloads, now)) for each in self._sources]

    def accept(self, name: str) -> None:
        self._downloads().shelf.accept(name)

    def _ask_for(self, names: Sequence[str], show: Show) -> None:
        async def run() -> None:
            downloads = self._downloads()
            async with asyncio.TaskGroup() as tasks:
                for source in self._sources:
                    if source.name in names:
                        tasks.create_task(downloads.refresh(source, _showing(show, source.name)))

        asyncio.run(run())

    def _downloads(self) -> Downloads:
        network = Network(DirectResolver(lambda: self._upstreams))
        return Downloads(self._state, network, is_a_list)


def rows(told: Iterable[Told]) -> Iterator[tuple[str, ...]]:
    """Cells: name, state, names, age, next, error."""
    for each in told:
        names = each["names"] if each["names"] is not None else each["lines"]
        yield (
            each["name"],
            each["state"],
            "-" if names is None else f"{names:,}",
            _span(each["age"]),
            _until(each["next_check"]),
            each["error"],
        )


def _told(source: Source, downloads: Downloads, now: float) -> Iterator[tuple[str, Any]]:
    """As the API does; how many names are in force nobody knows where nothing runs."""
    known = shown(source, downloads.record(source), None, now)
    for name in ("name", "source", "format", "action", "state", "lines", "error", "alarm"):
        yield name, getattr(known, name)
    yield from {"names": None, "bytes": known.octets, "progress": None}.items()
    yield "age", None if known.age is None else int(known.age)
    moments = {"fetched": known.fetched_at, "checked": known.checked_at}
    for name, seconds in {**moments, "next_check": known.next_at}.items():
        yield name, seconds and datetime.fromtimestamp(seconds, UTC).isoformat()


def _showing(show: Show, name: str) -> Callable[[int, int | None], None]:
    return lambda octets, whole: show(name, octets, whole)


def _outcome(after: Told, fetched_before: str | None) -> Outcome:
    name, lines = after["name"], after["lines"]
    if after["error"]:
        return Outcome(name, "failed", lines, after["error"])
    if after["state"] == "held":
        return Outcome(name, "held", lines, after["alarm"])
    return Outcome(name, "same" if after["fetched"] == fetched_before else "new", lines, "")


def _until(moment: str | None) -> str:
    if moment is None:
        return "-"
    left = (datetime.fromisoformat(moment) - datetime.now(UTC)).total_seconds()
    return "now" if left <= 0 else f"in {_span(left)}"


def _span(seconds: float | None) -> str:
    """`3 d`, `5 h`, `12 min`, `8 s`."""
    if seconds is None:
        return "-"
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
