"""The names that a configuration answers itself: its `records:` and its `hosts:` files."""

from dataclasses import dataclass

from blocker.config.model import Config
from blocker.config.records import folded, read_hosts, records_of
from blocker.errors import Problem
from blocker.link import UserRecord


@dataclass(frozen=True, slots=True)
class LocalRecords:
    """The records, and lines of hosts files that are none."""

    records: list[UserRecord]
    problems: list[Problem]


def local_records(config: Config) -> LocalRecords:
    """What is written under `records:` stands instead of what a hosts file says of a name."""
    document = config.document
    lines: dict[str, int] = {}
    if document is not None:
        written = document.value.get("records") or {}
        lines = {folded(name): document.line("records", name) for name in written}
    records = records_of(config.records, document.file if document else "", lines)
    own = {record["name"] for record in records}
    problems: list[Problem] = []
    for path in config.hosts:
        records += [each for each in read_hosts(path, problems) if each["name"] not in own]
    return LocalRecords(records, problems)
