"""What the configuration says of the query log, as plain values: they cross a pipe to admin."""

from dataclasses import dataclass, field

DAY = 86_400
STORE = "sqlite:///querylog.db"


@dataclass(frozen=True, slots=True)
class LogSettings:
    """`store` is a URL; empty: nothing is stored."""

    store: str = STORE
    retention: int = 90 * DAY  # seconds
    size: int = 1 << 30  # octets
    clients: str = "full"  # or truncated, hashed, none
    names: str = "full"  # or vendors, none
    ignore_names: list[str] = field(default_factory=list)  # each with all below it
    ignore_clients: list[str] = field(default_factory=list)  # networks
