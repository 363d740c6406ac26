"""The lines that lists of text are made of, whatever their format is called: names, wildcards,
hosts lines, addresses, regular expressions and adblock rules, as people mix them.

A format has a fast way for the kind of line that it is full of, and sends all others here.
"""

import re
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Final

from blocker.catalog.formats.adblockrule import RuleReader
from blocker.catalog.formats.key import any_key, key_of
from blocker.catalog.formats.local import LocalAnswers, Owner
from blocker.catalog.formats.nowhere import OWN_NAMES, is_nowhere
from blocker.catalog.formats.rdata import address_record
from blocker.catalog.formats.reading import SIGN, Covered, Item, Reading, Unused
from blocker.catalog.formats.width import too_wide
from blocker.core.names import trie_key
from blocker.core.rule import LocalRecord
from blocker.hostsfile import HostsLine, hosts_line

_LONGEST: Final = 4096  # octets of a line that is looked at
_NO_RULE: Final = b"#!;"
_COMMENT: Final = re.compile(r"\s+[#!].*|#.*", re.DOTALL)
# /expression/ or /expression/$modifiers, and perhaps a comment
_REGEX: Final = re.compile(r"(@@)?/(.*)/(?:\$([^/]*?))?(?:\s+#.*)?\Z")
# element hiding, scripts and styles of pages: ## #@# #?# #$# #%# $$ and the like
_COSMETIC: Final = re.compile(r"(?<=\S)(?:#@?(?:[$%]?\??)#|\$@?\$)")
_ADDRESS: Final = re.compile(r"[0-9][0-9.]*(/[0-9]+)?\Z|[0-9a-f:.]*:[0-9a-f:.]*(/[0-9]+)?(%\w+)?\Z")
_HOST: Final = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?\Z")
_ADBLOCK: Final = re.compile(r"[|^$@/:]")
_GENERIC: Final = frozenset(("com", "net", "org", "edu", "gov", "mil", "int", "arpa"))
_SHORTEST: Final = 3  # letters of a label alone; those of two are countries


class LineReader:
    """Reads any line of one list. `adblock` says that `*` may stand anywhere in a pattern, and that
    `*.name` leaves out the name itself.
    """

    def __init__(self, reading: Reading, *, adblock: bool = False) -> None:
        self._reading = reading
        self._adblock = adblock
        narrow = reading.match == "exact" or (adblock and reading.match == "auto")
        self._wild: Covered = "below" if narrow else "subtree"
        self._plain = reading.covers("exact")
        self._local = LocalAnswers(reading)
        self._rules = RuleReader(reading, self._local)

    def read(self, number: int, line: bytes) -> Iterator[Item]:
        """What the line says; whatever is wrong with it is reported."""
        line = line.strip()
        if not line or line[0] in _NO_RULE or (line[:1] == b"[" and line[-1:] == b"]"):
            return
        try:
            if len(line) > _LONGEST:
                raise ValueError(f"a line of more than {_LONGEST} octets")
            yield from self._read(number, line.decode())
        except UnicodeDecodeError:
            self._reading.bad(number, line, "not UTF-8")
        except ValueError as error:
            self._reading.bad(number, line, str(error))
        except Unused as why:
            self._reading.ignored(number, line, str(why))

    def rest(self) -> Iterator[Item]:
        """What could be said only once the whole list was read."""
        yield from self._local.rules()

    def _read(self, number: int, text: str) -> Iterator[Item]:
        if found := _REGEX.match(text):
            exception, pattern, options = found.groups(default="")
            yield from self._rules.expression(number, pattern, options, allow=bool(exception))
            return
        if _COSMETIC.search(text):
            raise Unused("is about what a page shows")
        text = _COMMENT.sub("", text).strip()
        first, *others = text.split()
        if _ADDRESS.match(first.lower()):
            yield from self._hosts(number, text) if others else self._address(number, first)
        elif others and not _ADBLOCK.search(first):
            raise ValueError("several words, and the first is no address")
        elif _HOST.match(text):
            if text.lower() in OWN_NAMES:
                return
            yield number | SIGN[self._plain], self._host_key(text.lower())
        elif text.startswith("*.") and _HOST.match(text[2:]):
            yield number | SIGN[self._wild], self._zone_key(text[2:].lower())
        elif self._adblock or _ADBLOCK.search(text):
            yield from self._rules.pattern(number, text)
        else:
            raise ValueError("not a host name")

    def _address(self, number: int, written: str) -> Iterator[Item]:
        try:
            network = ip_network(written, strict=False)
        except ValueError:
            raise ValueError("neither an address nor a name") from None
        yield self._reading.rule(number, written, "address", network=network)

    def _hosts(self, number: int, text: str) -> Iterator[Item]:
        said = hosts_line(text)
        if said is None:
            return
        names = [name for name in said.names if name not in OWN_NAMES]
        record = self._record(said) if names else None
        for name in names:
            try:
                key = self._host_key(name)
            except ValueError as error:
                self._reading.bad(number, name.encode(), str(error))
                continue
            if record is None:
                yield number | SIGN[self._plain], key
            else:
                self._local.add(number, name, Owner(self._plain, trie_key(key)), record)

    def _record(self, said: HostsLine) -> LocalRecord | None:
        """Where a hosts line leads; None when it blocks, or allows, its names."""
        reading = self._reading
        if reading.action == "allow" or is_nowhere(said.address, wide=not reading.rewrites):
            return None
        if not reading.rewrites or said.zone:
            raise ValueError(
                f"leads to {said.address}; only 0.0.0.0, ::, 127.0.0.1 and ::1 mean blocked"
            )
        return address_record(said.address)

    def _host_key(self, name: str) -> bytes:
        """A label alone may be a machine, but not one of the well-known top-level domains."""
        label = name.removesuffix(".")
        if "." in label or self._plain != "exact" or len(label) < _SHORTEST or label in _GENERIC:
            return key_of(name.encode())
        if label.isdigit() or not _HOST.match(label):
            raise ValueError("not a host name")
        return any_key(name.encode())

    def _zone_key(self, name: str) -> bytes:
        """Whoever writes `*.zip` in a list of wildcards means a whole top-level domain, but not one
        of the well-known ones or a country's.
        """
        key = any_key(name.encode())
        label = name.removesuffix(".")
        meant = len(label) >= _SHORTEST and label not in _GENERIC and not label.startswith("xn--")
        if (self._adblock or "." in label or not meant) and (wide := too_wide(label.split("."))):
            raise ValueError(wide)
        return key
