"""The tables of the query log, for SQLite and PostgreSQL.

Rule: a stored row is small integers, and no column of it has an index. Rows ascend in time, so a
span of time is a span of ids; which values occur in a stretch of rows stands beside them once, in
`marks`, and that is how a rare one is found. Totals are kept apart and outlive the rows.

Times are seconds of the wall clock; an hour or a day is the second it begins with, in UTC.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

VERSION: Final = 1  # of the tables; another one is not read
CHUNK: Final = 8_192  # ids: those of chunk n go from n * CHUNK to the next chunk's first

metadata: Final = MetaData()

_LARGE = BigInteger().with_variant(Integer, "sqlite")  # else no alias of SQLite's own row number


def _key(name: str = "id") -> Column[int]:
    return Column(name, _LARGE, primary_key=True, autoincrement=False)


def _number(name: str) -> Column[int]:
    return Column(name, _LARGE, nullable=False)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


about = Table("about", metadata, Column("key", Text, primary_key=True), _text("value"))

# What rows refer to. Of an address stands here what privacy leaves of it; `device` is a key of
# devices, empty where privacy hides it.
clients = Table(
    "clients", metadata, _key(), _text("address"), _text("device"),
    UniqueConstraint("address", "device"),
)  # fmt: skip
names = Table("names", metadata, _key(), Column("name", Text, nullable=False, unique=True))
upstreams = Table("upstreams", metadata, _key(), Column("url", Text, nullable=False, unique=True))

# Kind.account; what is nobody's has empty vendor and purpose, so that totals are complete.
accounts = Table(
    "accounts", metadata, _key(), _text("vendor"), _text("purpose"), _text("outcome"),
    UniqueConstraint("vendor", "purpose", "outcome"),
)  # fmt: skip
kinds = Table(
    "kinds", metadata, _key(),
    _text("action"), _text("verdict"), _text("layer"), _text("list"), _text("text"),
    _number("line"), _text("vendor"), _text("purpose"), _text("breakage"), _number("account_id"),
    UniqueConstraint(
        "action", "verdict", "layer", "list", "text", "line", "vendor", "purpose", "breakage"
    ),
)  # fmt: skip

# The rows themselves, ids ascending in time (within the second or two that workers differ by).
# To read a span of time, take its ids from `pages.span`: `second` has no index.
queries = Table(
    "queries", metadata, _key(),
    _number("second"), _number("client_id"), _number("name_id"),
    Column("qtype", Integer, nullable=False), Column("rcode", SmallInteger, nullable=False),
    _number("kind_id"), Column("upstream_id", _LARGE),
    _number("count"), _number("micros"),
)  # fmt: skip

# All of a row but its name and time.
shapes = Table(
    "shapes", metadata, _key(),
    _number("client_id"), Column("qtype", Integer, nullable=False),
    Column("rcode", SmallInteger, nullable=False), _number("kind_id"),
    _number("upstream_id"),  # 0: none
    UniqueConstraint("client_id", "kind_id", "qtype", "rcode", "upstream_id"),
)  # fmt: skip
# A stretch of rows that is full, and what occurs in it: sets of ids, or of pairs of ids, as sorted
# numbers of 32 bits (see marks).
chunks = Table("chunks", metadata, _key(), _number("first"), _number("last"))  # seconds
marks = Table(
    "marks", metadata, _key("what"), _key("chunk_id"), Column("ids", LargeBinary, nullable=False)
)

# Totals: of everything that was stored, whatever becomes of the rows.
hourly = Table(
    "hourly", metadata, _key("hour"), _key("client_id"), _key("account_id"), _number("count"),
    sqlite_with_rowid=False,
)  # fmt: skip
daily = Table(
    "daily", metadata, _key("day"), _key("client_id"), _key("account_id"), _number("count"),
    sqlite_with_rowid=False,
)  # fmt: skip
# `first` and `last` are seconds. Of names of no vendor not all are here: see writer.
daily_names = Table(
    "daily_names", metadata,
    _key("day"), _key("client_id"), _key("account_id"), _key("name_id"),
    _number("count"), _number("first"), _number("last"),
    sqlite_with_rowid=False,
)  # fmt: skip

# Written by the part `devices`, through the log's writer.
devices = Table(
    "devices", metadata, Column("key", Text, primary_key=True),
    _text("mac"), _text("maker"), Column("randomised", Boolean, nullable=False),
    _text("hostname"), _text("hostname_from"), _text("guess"),
    _text("reasons"),  # JSON
    _number("first"), _number("last"),
)  # fmt: skip
