"""dnsmasq's configuration as blocklists have it: `address=/name/`, `local=/name/`, `server=/name/`
for a name and all below it, `server=/name/#` for an exception.
"""

from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from blocker.catalog.formats.expression import expression
from blocker.catalog.formats.key import any_key, key_of
from blocker.catalog.formats.local import LocalAnswers, Owner
from blocker.catalog.formats.nowhere import is_nowhere
from blocker.catalog.formats.rdata import address_record, rdata
from blocker.catalog.formats.reading import SIGN, Covered, Item, Reading, Unused
from blocker.catalog.formats.rtypes import TYPES
from blocker.core.names import ROOT, trie_key
from blocker.core.rule import LocalRecord
from blocker.ruleset.layout import ALLOW

_USUAL: Final = frozenset((b"address=", b"local=", b"server="))
_NOWHERE: Final = frozenset((b"", b"#", b"0.0.0.0", b"::", b"127.0.0.1", b"::1"))


def items(lines: Iterable[bytes], reading: Reading) -> Iterator[Item]:
    """What a configuration says of names."""
    options = _Options(reading)
    sign = SIGN[reading.covers("subtree")]
    for number, line in enumerate(lines, 1):
        parts = line.lower().split(b"/")
        if len(parts) == 3 and parts[0] in _USUAL:
            value = parts[2].strip()
            if value in _NOWHERE and (parts[0] == b"address=" or not value):
                try:
                    yield number | sign, key_of(parts[1])
                    continue
                except ValueError:
                    pass
        yield from options.read(number, line)
    yield from options.local.rules()


class _Options:
    """Reads any option, and tells of those that say nothing about names."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self.local = LocalAnswers(reading)

    def read(self, number: int, line: bytes) -> Iterator[Item]:
        """What the line says; whatever is wrong with it is reported."""
        line = line.strip()
        if not line or line.startswith((b"#", b";")):
            return
        try:
            text = line.decode().partition(" #")[0].strip()
            option, _, value = text.removeprefix("--").partition("=")
            read = _READ.get(option.strip())
            if read is None:
                raise Unused("an option that blocks nothing")
            yield from read(self, number, text, value.strip())
        except UnicodeDecodeError:
            self._reading.bad(number, line, "not UTF-8")
        except ValueError as error:
            self._reading.bad(number, line, str(error))
        except Unused as why:
            self._reading.ignored(number, line, str(why))

    def address(self, number: int, text: str, value: str) -> Iterator[Item]:
        """`/name/name/address`; without an address, or with `#`, the names are blocked."""
        names, target = _names(value)
        if target in ("", "#"):
            yield from self._block(number, names)
            return
        where = _address(target)
        if where is None:
            raise ValueError("leads to what is not an address")
        if is_nowhere(where, wide=not self._reading.rewrites) or self._reading.action == "allow":
            yield from self._block(number, names)
            return
        for name in names:
            self._add(number, text, name, where)

    def server(self, number: int, text: str, value: str) -> Iterator[Item]:
        """Without a server the names are known here alone; `#` asks the usual ones."""
        names, target = _names(value)
        if target not in ("", "#"):
            raise Unused("says whom to ask, not what to block")
        yield from self._block(number, names, ALLOW if target else 0)

    def host_record(self, number: int, text: str, value: str) -> Iterator[Item]:
        """`name,...,address,...`"""
        words = [word.strip() for word in value.split(",")]
        records = [address_record(where) for word in words if (where := _address(word))]
        names = [word for word in words if not _address(word) and not word.isdigit()]
        if not (records and names):
            raise ValueError("names and addresses, with commas between them, are missing")
        for name in names:
            for record in records:
                self.local.add(number, text, _owner("exact", name), record)
        yield from ()

    def cname(self, number: int, text: str, value: str) -> Iterator[Item]:
        """`alias,...,target`"""
        *aliases, target = [word.strip() for word in value.split(",") if not word.strip().isdigit()]
        if not aliases:
            raise ValueError("an alias and its target are missing")
        record = LocalRecord(TYPES["CNAME"], 60, rdata(TYPES["CNAME"], [target]))
        for alias in aliases:
            self.local.add(number, text, _owner("exact", alias), record)
        yield from ()

    def _add(self, number: int, text: str, name: str, where: IPv4Address | IPv6Address) -> None:
        covered, written = _covered(self._reading, name)
        self.local.add(number, text, _owner(covered, written), address_record(where))

    def _block(self, number: int, names: list[str], sign: int = 0) -> Iterator[Item]:
        for name in names:
            if name.startswith("*") and not name.startswith("*."):
                pattern = expression(f"{name[1:].replace('.', '[.]')}$")
                yield self._reading.rule(
                    number, pattern, "regex", action="allow" if sign else "block"
                )
                continue
            covered, written = _covered(self._reading, name)
            yield number | sign | SIGN[covered], any_key(written.encode())


def _covered(reading: Reading, name: str) -> tuple[Covered, str]:
    if name == "#":
        raise ValueError("covers every name")
    if name.startswith("*."):
        return "below", name[2:]
    return reading.covers("subtree"), name.removeprefix(".")


def _owner(match: Covered, name: str) -> Owner:
    return Owner(match, trie_key(any_key(name.lower().encode())) if name else ROOT)


def _names(value: str) -> tuple[list[str], str]:
    first, *rest = value.split("/")
    if first or len(rest) < 2:
        raise Unused("is not about names")
    return [name.lower() for name in rest[:-1]], rest[-1].strip()


def _address(word: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(word)
    except ValueError:
        return None


_READ: Final[dict[str, Callable[[_Options, int, str, str], Iterator[Item]]]] = {
    "address": _Options.address,
    "server": _Options.server,
    "local": _Options.server,
    "host-record": _Options.host_record,
    "cname": _Options.cname,
}
