"""Rows as a worker tells of them, and a query log that holds them."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, Engine

from blocker.core.row import Kind, Row
from blocker.querylog.opening import open_reader, open_writer, url_of
from blocker.querylog.privacy import Noted
from blocker.querylog.settings import STORE
from blocker.querylog.writer import Writer

DAY = 86_400
MONDAY = 1_795_392_000  # a midnight, UTC
CACHED = Kind("cached")
FORWARDED = Kind("forwarded")
BLOCKED = Kind(
    "blocked", "block", "curated", "lists/vendors/xiaomi.yaml", "data.mistat.xiaomi.com", 12,
    "xiaomi", "analytics", "none",
)  # fmt: skip
SHADOW = Kind("forwarded", "shadow", "subscription", "trackers")
UNCLASSIFIED = Kind(
    "forwarded", "pass", "zone", "lists/vendors/xiaomi.yaml", "xiaomi.com", 3, "xiaomi"
)
UPSTREAM = "udp://192.0.2.53:53"


def row(
    name: str,
    kind: Kind = CACHED,
    *,
    second: int = MONDAY,
    client: str = "192.0.2.7",
    qtype: int = 1,
    rcode: int = 0,
    count: int = 1,
    upstream: str = "",
    micros: int = 0,
) -> Row:
    return Row(second, client, name, qtype, rcode, kind, count, upstream, micros)


class Stored:
    """A log in SQLite, written and read without a loop."""

    def __init__(self, folder: Path) -> None:
        self.url = url_of(STORE, folder)
        self.engine: Engine = open_writer(self.url)
        self.reader = open_reader(self.url)
        self.writer = Writer()

    def write(self, rows: Sequence[Row]) -> None:
        noted = [Noted(each, f"ip:{each.client}") for each in rows]
        with self.engine.begin() as connection:
            self.writer.write(connection, noted)

    def connect(self) -> Connection:
        return self.reader.connect()
