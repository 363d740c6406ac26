"""Lists of a million names and more, the same on every machine: `name(number)` for each number.

They are mixed as public lists are: owners alone, hosts of owners, hosts under parents that
thousands share, and machine-made labels. Different numbers give different names, so whether a name
is on a list is known without reading the list.

    python -m tests.benchmarks.bulk COUNT > names.txt
"""

import sys
from collections.abc import Iterator
from pathlib import Path

_MIX = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1
_CONSONANTS = "bcdfghjklmnprstvwxyz"
_SYLLABLES = [consonant + vowel for consonant in _CONSONANTS for vowel in "aeiou"]
_OWNERS = len(_SYLLABLES) ** 4  # owners' names have four syllables: eight letters
_STRIDE = 61_803_399  # coprime to it, so that numbers in a row do not look alike
_ENDINGS = (
    *("", "", "", "", "", "", "ads", "media", "-track", "24", "-cdn", "click", "group", "-stats"),
    *("online", "7", "-metrics", "labs", "app", "hub"),
)
_SUFFIXES = (
    *("com",) * 22,
    *("net", "net", "net", "org", "org", "ru", "ru", "de", "de", "xyz", "top", "info", "io", "co"),
    *("co.uk", "com.br", "cn", "com.cn", "fr", "pl", "nl", "it", "in", "us", "biz", "online"),
    *("site", "shop", "jp", "co.jp", "com.au", "eu", "me", "tv", "cz", "es", "se", "ch", "at"),
)
_HOSTS = (
    *("www", "www", "www", "ads", "ads", "ad", "track", "tracking", "metrics", "stats", "pixel"),
    *("collect", "events", "telemetry", "log", "logs", "analytics", "api", "cdn", "static", "sdk"),
    *("beacon", "click", "go", "email", "links", "smetrics", "sstats", "counter", "data", "report"),
)
_REGIONS = ("eu", "us", "cn", "sg", "v2", "prod", "eu-west-1", "us-east-1", "global", "m", "s1")
FORMATS = {
    "hosts": "0.0.0.0 {}",
    "wildcard": "*.{}",
    "adblock": "||{}^",
    "dnsmasq": "address=/{}/0.0.0.0",
    "unbound": 'local-zone: "{}" always_null',
    "rpz": "{} CNAME .",
}
_PARENTS = 300  # each has thousands of hosts


def name(number: int) -> str:
    """The name of a number; never one of another number."""
    rest = _scramble(number)
    rest, kind = divmod(rest, 100)
    if kind < 18:
        rest, parent = divmod(rest, _PARENTS)
        return f"{rest & 0xFFFFFFFFFFFF:012x}.{_owner(_OWNERS - 1 - parent)}-edge.net"
    rest, ending = divmod(rest, len(_ENDINGS))
    rest, suffix = divmod(rest, len(_SUFFIXES))
    owner = f"{_owner(number)}{_ENDINGS[ending]}.{_SUFFIXES[suffix]}"
    if kind < 58:
        return owner
    rest, host = divmod(rest, len(_HOSTS))
    if kind < 90:
        return f"{_HOSTS[host]}.{owner}"
    return f"{_HOSTS[host]}.{_REGIONS[rest % len(_REGIONS)]}.{owner}"


def names(count: int, start: int = 0) -> Iterator[str]:
    return map(name, range(start, start + count))


def write_list(path: Path, count: int, line: str = "{}") -> Path:
    """A name a line, each written into `line`."""
    before, after = line.split("{}")
    with path.open("w", encoding="ascii") as file:
        file.writelines(f"{before}{each}{after}\n" for each in names(count))
    return path


def _owner(number: int) -> str:
    rest = number * _STRIDE % _OWNERS
    rest, fourth = divmod(rest, 100)
    rest, third = divmod(rest, 100)
    first, second = divmod(rest, 100)
    return _SYLLABLES[first] + _SYLLABLES[second] + _SYLLABLES[third] + _SYLLABLES[fourth]


def _scramble(number: int) -> int:
    """The same bits for the same number, and no pattern in them (splitmix64)."""
    bits = (number + 1) * _MIX & _MASK
    bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    bits = (bits ^ bits >> 27) * 0x94D049BB133111EB & _MASK
    return bits ^ bits >> 31


if __name__ == "__main__":
    sys.stdout.writelines(f"{each}\n" for each in names(int(sys.argv[1])))
