"""The names every server is given and asked: made by a fixed seed, the same on each machine.

They are labels drawn from syllables under common top-level domains, about as long as the names on
public lists. No blocked name lies below another, and no cached name below a blocked one.
"""

import itertools
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

BLOCKED = 200_000
CACHED = 20_000

SEED = 1035
SYLLABLES = [
    "ad", "ana", "beacon", "bug", "click", "con", "data", "dev", "edge", "event", "fig", "gate",
    "geo", "hub", "info", "lab", "link", "log", "map", "met", "mon", "net", "ora", "pix",
    "port", "push", "ray", "rec", "ser", "sig", "stat", "sync", "tag", "tel", "track", "tri",
    "vis", "web", "zen",
]  # fmt: skip
SUFFIXES = ("com", "com", "com", "net", "org", "io", "cn", "com.cn", "de", "co")
SUBDOMAINS = ("api", "www", "m", "log-7", "v2", "eu", "upload", "t")


def blocked_and_cached() -> tuple[list[str], list[str]]:
    """Two disjoint lists of names; nothing in one is at or below anything in the other."""
    generator = random.Random(SEED)
    owners: dict[str, None] = {}
    while len(owners) < BLOCKED + CACHED:
        word = "".join(generator.choices(SYLLABLES, k=3))
        owners[f"{word}{generator.randrange(100)}.{generator.choice(SUFFIXES)}"] = None
    names = [
        f"{generator.choice(SUBDOMAINS)}.{owner}" if generator.random() < 0.5 else owner
        for owner in owners
    ]
    return names[:BLOCKED], names[BLOCKED:]


def mixed(blocked: list[str], cached: list[str], count: int, seed: int) -> Iterator[str]:
    """20 % blocked names, 5 % below blocked names, the rest cached; each kind Zipf-like."""
    generator = random.Random(seed)
    popular_blocked, popular_cached = _zipf(len(blocked)), _zipf(len(cached))
    blocked_ranks = iter(
        generator.choices(range(len(blocked)), cum_weights=popular_blocked, k=count)
    )
    cached_ranks = iter(generator.choices(range(len(cached)), cum_weights=popular_cached, k=count))
    for _ in range(count):
        kind = generator.random()
        if kind < 0.20:
            yield blocked[next(blocked_ranks)]
        elif kind < 0.25:
            yield f"{generator.choice(SUBDOMAINS)}.{blocked[next(blocked_ranks)]}"
        else:
            yield cached[next(cached_ranks)]


def popular(names: list[str], count: int, seed: int) -> Iterator[str]:
    """Zipf-like: few names make up most of the questions."""
    return iter(random.Random(seed).choices(names, cum_weights=_zipf(len(names)), k=count))


def new_below_blocked(blocked: list[str], count: int, run: int) -> Iterator[str]:
    """Never the same name twice, in this run or another."""
    generator = random.Random(run)
    return (f"n{run}-{number:x}.{generator.choice(blocked)}" for number in range(count))


def new_elsewhere(cached: list[str], count: int, run: int) -> Iterator[str]:
    """Names no server has heard of, so each one is forwarded."""
    generator = random.Random(run)
    return (f"n{run}-{number:x}.{generator.choice(cached)}" for number in range(count))


def write_queries(path: Path, names: Iterable[str]) -> None:
    """A dnsperf input file."""
    with path.open("w", encoding="ascii") as file:
        file.writelines(f"{name} A\n" for name in names)


def _zipf(size: int) -> list[float]:
    return list(itertools.accumulate(1 / rank for rank in range(1, size + 1)))
