"""Rows of a month of a household of forty devices, as workers tell of the mixed workload.

Made by a fixed seed. The names are those of `names.mixed`; who asks, what for and what becomes of
it are drawn beside them: 2,000 rules of 30 vendors, three types, two upstreams.
"""

import random
from collections.abc import Iterator
from typing import Final

from blocker.core.row import Kind, Row
from tests.benchmarks import names

DAYS: Final = 30
DAY: Final = 86_400
START: Final = 1_795_046_400  # a midnight, UTC
CLIENTS: Final = [f"192.0.2.{number}" for number in range(1, 41)]
UPSTREAMS: Final = ("tls://dns.example:853", "udp://192.0.2.253:53")
PURPOSES: Final = ("analytics", "telemetry", "advertising", "crash-reports", "updates")
VENDORS: Final = [f"vendor{number}" for number in range(30)]
RULES: Final = [
    Kind(
        "blocked", "block", "curated", f"lists/vendors/{VENDORS[number % 30]}.yaml",
        f"rule{number}.example", number, VENDORS[number % 30], PURPOSES[number % 5], "none",
    )
    for number in range(2_000)
]  # fmt: skip
SHADOWS: Final = [
    Kind(
        "forwarded", "shadow", "curated", f"lists/vendors/{vendor}.yaml", f"shadow.{vendor}", 7,
        vendor, "analytics", "minor",
    )
    for vendor in VENDORS[:10]
]  # fmt: skip
ZONES: Final = [
    Kind("forwarded", "pass", "zone", f"lists/vendors/{vendor}.yaml", vendor, 1, vendor)
    for vendor in VENDORS
]
CACHED, FORWARDED, FAILED = Kind("cached"), Kind("forwarded"), Kind("failed")
RARE_NAME: Final = "seldom.example"
RARE_CLIENT: Final = "192.0.2.99"


def rows(count: int, seed: int = 1) -> Iterator[Row]:
    """In the order of their time. Rare are one name and one client: four rows each."""
    generator = random.Random(seed)
    blocked, cached = names.blocked_and_cached()
    ranks = {name: rank for rank, name in enumerate(blocked)}
    every = count // 4
    for number, name in enumerate(names.mixed(blocked, cached, count, seed)):
        second = START + number * DAYS * DAY // count
        client = CLIENTS[int(len(CLIENTS) * generator.random() ** 2)]
        if number % every == every // 2:
            yield Row(second, client, RARE_NAME, 16, 3, FORWARDED, 1, UPSTREAMS[1], 40_000)
        elif number % every == every // 3:
            yield Row(second, RARE_CLIENT, name, 1, 0, CACHED, 1, UPSTREAMS[0], 0)
        else:
            yield _row(generator, second, client, name, ranks)


def _row(
    generator: random.Random, second: int, client: str, name: str, ranks: dict[str, int]
) -> Row:
    qtype = generator.choices((1, 28, 65), (60, 25, 15))[0]
    rank = ranks.get(name, ranks.get(name.partition(".")[2]))
    if rank is not None:
        return Row(second, client, name, qtype, 0, RULES[rank % len(RULES)], 1)
    drawn, mark = generator.random(), hash_of(name)
    kind = CACHED if drawn < 0.55 else FORWARDED if drawn < 0.995 else FAILED
    if mark % 20 == 0 and kind is FORWARDED:
        kind = ZONES[mark % len(ZONES)] if mark % 40 else SHADOWS[mark % len(SHADOWS)]
    rcode = 2 if kind is FAILED else 3 if mark % 33 == 0 else 0
    micros = 0 if kind is CACHED else generator.randrange(4_000, 60_000)
    return Row(second, client, name, qtype, rcode, kind, 1, UPSTREAMS[mark % 2], micros)


def hash_of(name: str) -> int:
    """The same in every process."""
    return sum(map(ord, name)) * 31 + len(name)
