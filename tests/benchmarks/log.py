"""What the query log costs and how quickly it tells: disk a row, pages, a week's sums, CPU a query.

The rows are stored by the log's own writer. Each page is asked for three times, and the slowest
counts. The CPU is that of all processes, log and scrapes on, against both off, in turns.
"""

import contextlib
import itertools
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from blocker.querylog import stats
from blocker.querylog.database import Database
from blocker.querylog.filters import Filters
from blocker.querylog.opening import open_reader, url_of
from blocker.querylog.pages import page
from blocker.querylog.privacy import Noted
from blocker.querylog.settings import STORE, LogSettings
from blocker.querylog.stats import Span
from tests.benchmarks import compare, disturbance, logged, names, servers
from tests.benchmarks.finding import Finding, at_most, shown
from tests.benchmarks.ground import Ground

END: Final = logged.START + logged.DAYS * logged.DAY
BATCH: Final = 20_000
TRIES: Final = 3
SCRAPES: Final = 15.0  # seconds between two, as Prometheus comes by itself
OFF: Final = replace(servers.BLOCKER, name="log off")
ON: Final = replace(servers.BLOCKER, name="log on")

FILTERS: Final[dict[str, dict[str, Any]]] = {
    "none": {},
    "a rare name": {"name": logged.RARE_NAME},
    "a rare client": {"client": logged.RARE_CLIENT},
    "a client": {"client": logged.CLIENTS[-1]},
    "a device": {"device": f"mac:{logged.CLIENTS[3]}"},
    "part of a name": {"name": "*tracktel*"},
    "part of no name": {"name": "*nowhere-at-all*"},
    "a type": {"qtype": 65},
    "a rare type": {"qtype": 16},
    "an action": {"action": "failed"},
    "a verdict": {"verdict": "shadow"},
    "a vendor": {"vendor": "vendor7"},
    "a purpose": {"purpose": "unclassified"},
    "a rule": {"rule": "rule1999.example"},
    "a list": {"list": "lists/vendors/vendor3.yaml"},
    "an rcode": {"rcode": 3},
    "an upstream": {"upstream": logged.UPSTREAMS[1]},
    "an hour": {"since": END - 20 * logged.DAY, "until": END - 20 * logged.DAY + 3_600},
    "two that never meet": {"action": "blocked", "upstream": logged.UPSTREAMS[0]},
    "a name's part and a client": {"name": "*tracktel*", "client": logged.CLIENTS[-1]},
}


@dataclass(frozen=True, slots=True)
class Size:
    rows: int
    rounds: int
    turn: float


FULL: Final = Size(10_000_000, 9, 5)
QUICK: Final = Size(100_000, 1, 1)


def findings(ground: Ground, size: Size) -> list[Finding]:
    return [*stored(ground, size.rows), cost(ground, size)]


def stored(ground: Ground, rows: int) -> list[Finding]:
    folder = ground.folder / "log"
    folder.mkdir()
    fill(folder, rows)
    octets = (folder / "querylog.db").stat().st_size / rows
    what = f"disk for each of {rows:,} rows, all tables"
    # Of few rows, a month's totals are most of it.
    enough = rows >= FULL.rows
    found = [at_most(what, octets, 60, "octets") if enough else shown(what, f"{octets:.2f} octets")]
    reader = open_reader(url_of(STORE, folder))
    for what, asked in FILTERS.items():
        took = []
        for _ in range(TRIES):
            with reader.connect() as connection:
                began = time.perf_counter()
                page(connection, Filters(**asked))
                took.append(time.perf_counter() - began)
        found.append(at_most(f"first page, by {what}", max(took) * 1000, 300, "ms"))
    week = Span(END - 7 * logged.DAY, END)
    with reader.connect() as connection:
        for what, ask in _sums(week).items():
            began = time.perf_counter()
            ask(connection)
            found.append(at_most(f"a week's {what}", time.perf_counter() - began, 3, "s"))
    shutil.rmtree(folder)
    return found


def fill(folder: Path, rows: int) -> None:
    settings = LogSettings(size=1 << 40, retention=logged.DAY * 36_500)
    database = Database(url_of(STORE, folder), settings)
    made = logged.rows(rows)
    while batch := [Noted(row, f"mac:{row.client}") for row in itertools.islice(made, BATCH)]:
        database.write(batch)
    database.close()


def _sums(week: Span) -> dict[str, Callable[[Connection], object]]:
    return {
        "accounts, by device, vendor and purpose": lambda each: stats.accounts(each, week),
        "top names": lambda each: stats.top(each, "names", week),
        "series, by the hour": lambda each: stats.series(each, week, "hour"),
    }


def cost(ground: Ground, size: Size) -> Finding:
    """The mixed workload, in turns."""
    blocked, cached = names.blocked_and_cached()
    with contextlib.ExitStack() as stack:
        running = []
        for server, more in ((OFF, {"query_log": "off"}), (ON, {})):
            site = ground.site(server.name, blocked)
            command = servers.blocker(site, more=more)
            pid = stack.enter_context(ground.started(site, command, blocked[0]))
            running.append(compare.Running(server, site, pid))
            if server is ON:
                stack.enter_context(_scraped(site.admin_port))
        compare.warm(running, cached, ground.folder)
        mixed = compare.workloads(blocked, cached, 400_000)[0]
        result = compare.compare(
            mixed, running, size.rounds, size.turn, ground.folder, reference=OFF.name
        )
    added = 100 * (result.ratio(ON.name) - 1)
    figures = ", ".join(f"{each.name} {result.microseconds(each.name):.2f}" for each in (OFF, ON))
    return at_most(f"CPU a query with log and scrapes on ({figures} us): more", added, 15, "%")


@contextlib.contextmanager
def _scraped(port: int) -> Iterator[None]:
    with disturbance.repeated(*disturbance.scraping(port, every=SCRAPES)):
        yield
