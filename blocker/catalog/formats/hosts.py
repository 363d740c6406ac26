"""hosts(5) as blocklists use it: an address that leads nowhere, then names; `#` opens a comment.

A line with any other address says where a host is, not that it is blocked: it is refused.
"""

from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_address
from typing import Final

from blocker.catalog.formats.key import key_of

NOWHERE: Final = frozenset((b"0.0.0.0", b"127.0.0.1", b"::", b"::1", b"0"))
_LOCAL: Final = frozenset(
    (
        b"localhost",
        b"localhost.localdomain",
        b"localhost4",
        b"localhost6",
        b"local",
        b"broadcasthost",
        b"ip6-localhost",
        b"ip6-loopback",
        b"ip6-localnet",
        b"ip6-mcastprefix",
        b"ip6-allnodes",
        b"ip6-allrouters",
        b"ip6-allhosts",
        b"0.0.0.0",
    )
)


def keys(
    lines: Iterable[bytes], bad: Callable[[int, bytes, str], None]
) -> Iterator[tuple[int, bytes]]:
    """(line, key) of every name; what is none is told to `bad` and passed over."""
    for number, line in enumerate(lines, 1):
        words = line.lower().split()
        if len(words) != 2 or b"#" in line:
            words = line.lower().partition(b"#")[0].split()
            if not words:
                continue
        names = [word for word in words[1:] if word not in _LOCAL]
        if words[0] not in NOWHERE and (fault := _fault(words, names)):
            bad(number, line, fault)
            continue
        for name in names:
            try:
                key = key_of(name)
            except ValueError as error:
                bad(number, name, str(error))
            else:
                yield number, key


def is_address(word: bytes) -> bool:
    """Whether a word is an IP address, with a zone or without."""
    try:
        ip_address(word.decode("ascii", "replace").partition("%")[0])
    except ValueError:
        return False
    return True


def _fault(words: list[bytes], names: list[bytes]) -> str:
    """What is wrong with a line whose address is not one of those that all lists use."""
    if not is_address(words[0]):
        return "no address in front; is its format domains?"
    if not names:  # the machine's own names, at their own addresses
        return ""
    address = ip_address(words[0].partition(b"%")[0].decode())
    if address.is_unspecified or address.is_loopback:
        return ""
    return f"leads to {address}; only 0.0.0.0, ::, 127.0.0.1 and ::1 mean blocked"
