"""An evening of a made-up home: which device asks for what, second by second.

Rule: whose names a device asks for follows from the curated lists; the rest are made-up sites. The
same seed makes the same evening.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from blocker.catalog.load import load_catalogue

A, AAAA, HTTPS = 1, 28, 65
SITES: Final = 60
SEED: Final = 20_211_122
STORM: Final = (370.0, 415.0, 4.0)  # from, to, questions a second: a TV that will not take no
_PAGE: Final = 2.0  # seconds in which a page asks for its names
_FUNCTIONS: Final = ("connectivity", "push", "config", "account", "time", "updates", "store", "cdn")


@dataclass(frozen=True, slots=True)
class Device:
    """`calls` and `pages` are a minute's; `busy` is from and to which second somebody uses it."""

    address: str
    mac: str
    vendors: tuple[str, ...]
    calls: float
    pages: float = 0.0
    busy: tuple[float, float] = (0, 1_000)


@dataclass(frozen=True, slots=True)
class Question:
    """What a device sends `at` seconds after the evening began."""

    at: float
    address: str
    name: str
    qtype: int


NETWORK: Final = "192.168.1"
# Three phones, a tablet, a television, a speaker, a PC, a vacuum cleaner and a printer. Their MAC
# addresses are of their makers' ranges, but for one that the third phone has made up.
DEVICES: Final = (
    Device(f"{NETWORK}.21", "cc:eb:5e:30:1a:21", ("xiaomi", "google"), 22, 5),
    Device(f"{NETWORK}.22", "64:1b:2f:41:07:22", ("samsung", "google", "meta"), 16, 4, (60, 450)),
    Device(f"{NETWORK}.23", "d6:41:a6:52:9c:23", ("apple",), 9, 3, (0, 390)),
    Device(f"{NETWORK}.24", "cc:eb:5e:7b:e0:24", ("xiaomi",), 6, 2, (240, 1_000)),
    Device(f"{NETWORK}.31", "ac:5a:f0:63:2d:31", ("lg", "netflix"), 20),
    Device(f"{NETWORK}.32", "84:28:59:74:e8:32", ("amazon",), 12),
    Device(f"{NETWORK}.41", "e4:c7:67:85:55:41", ("microsoft", "google"), 14, 7),
    Device(f"{NETWORK}.51", "b0:4a:39:96:13:51", ("xiaomi",), 5),
    Device(f"{NETWORK}.52", "64:4e:d7:a7:f0:52", ("hp",), 2),
)
TRACKERS: Final = ("google", "meta", "criteo", "adjust", "applovin")  # what pages and apps embed


def evening(seconds: float) -> list[Question]:
    """All that is asked, in the order of the clock."""
    chance = Random(SEED)  # noqa: S311 -- it makes up a home, not a secret
    names = _Names(chance)
    asked = [each for device in DEVICES for each in _of(device, names, chance, seconds)]
    return sorted(asked, key=lambda each: each.at)


class _Names:
    """What vendors are called by, as the lists have it: a few names of each, again and again."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._blocked: dict[str, list[str]] = {}
        self._functions: dict[str, list[str]] = {}
        self._zones: dict[str, list[str]] = {}
        for rule in load_catalogue().rules:
            if rule.match not in ("exact", "subtree") or rule.condition or rule.breakage == "major":
                continue
            if rule.layer == "zone":
                self._zones.setdefault(rule.vendor, []).append(rule.text)
            elif rule.action == "block":
                self._blocked.setdefault(rule.vendor, []).append(rule.text)
            elif rule.purpose in _FUNCTIONS:
                self._functions.setdefault(rule.vendor, []).append(rule.text)
        for known in (self._blocked, self._functions):
            for vendor, names in known.items():
                known[vendor] = chance.sample(names, min(9, len(names)))

    def reports(self, vendor: str) -> str:
        return self._few(self._blocked.get(vendor) or self._functions[vendor])

    def call(self, vendor: str) -> str:
        """Three in five report, one in eight is on no list, the rest are functions."""
        kind = self._chance.random()
        if kind < 0.12:
            return f"edge{self._chance.randrange(9)}.{self._zones[vendor][0]}"
        if kind < 0.4 and vendor in self._functions:
            return self._few(self._functions[vendor])
        return self.reports(vendor)

    def site(self) -> str:
        """Mostly those that everybody visits."""
        return f"site{min(int(self._chance.expovariate(0.07)), SITES - 1)}.example"

    def _few(self, names: Sequence[str]) -> str:
        """The first ones more often."""
        return names[min(int(self._chance.expovariate(0.45)), len(names) - 1)]


def _of(device: Device, names: _Names, chance: Random, seconds: float) -> Iterator[Question]:
    for at in _moments(device.calls / 60, 0, seconds, chance):
        vendor = chance.choice((device.vendors[0], *device.vendors))
        yield Question(at, device.address, names.call(vendor), chance.choice((A, A, AAAA)))
    start, end = device.busy
    for page in _moments(device.pages / 60, start, min(end, seconds), chance):
        for _ in range(chance.randrange(6, 16)):
            name = names.site() if chance.random() < 0.8 else names.reports(chance.choice(TRACKERS))
            at = page + chance.random() * _PAGE
            for qtype in (A, chance.choice((AAAA, HTTPS))):
                yield Question(at, device.address, name, qtype)
    if "lg" in device.vendors:
        name = names.reports("lg")
        for at in _moments(STORM[2], STORM[0], min(STORM[1], seconds), chance):
            yield Question(at, device.address, name, A)


def _moments(rate: float, start: float, end: float, chance: Random) -> Iterator[float]:
    """At that many a second, by chance."""
    at = start
    while rate and (at := at + chance.expovariate(rate)) < end:
        yield at
