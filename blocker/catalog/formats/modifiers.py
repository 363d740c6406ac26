"""What stands after the `$` of an adblock rule, as far as it means something to a resolver."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Final

from blocker.catalog.formats.key import any_key
from blocker.catalog.formats.reading import Unused
from blocker.catalog.formats.rtypes import type_number
from blocker.core.names import trie_key
from blocker.core.rule import Condition

_NOOP: Final = re.compile(r"_+\Z")
# A value is parts in quotes, escaped characters and plain ones; a bare comma ends it.
_MODIFIER: Final = re.compile(r"""(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|\\.|[^,])+""")
_VALUE: Final = re.compile(r"""(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|\\.|[^|])+""")
_ESCAPED: Final = re.compile(r"\\(.)")


@dataclass(slots=True)
class Modifiers:
    """The modifiers of one rule, each at most once."""

    important: bool = False
    badfilter: bool = False
    rewrite: str | None = None
    unless: tuple[bytes, ...] = ()
    types: list[int] = field(default_factory=list)
    other_types: list[int] = field(default_factory=list)
    clients: list[str] = field(default_factory=list)
    other_clients: list[str] = field(default_factory=list)

    @property
    def condition(self) -> Condition | None:
        said = Condition(
            tuple(self.types),
            tuple(self.other_types),
            tuple(self.clients),
            tuple(self.other_clients),
        )
        return None if said == Condition() else said

    @property
    def narrows(self) -> bool:
        """Whether they say what or whom the rule is for, so that it may have any name."""
        return bool(self.unless) or self.condition is not None


def read(text: str) -> Modifiers:
    """ValueError when one is wrong; Unused when one is of no meaning here, so that the rule
    would do something else without it.
    """
    said = Modifiers()
    for written in _MODIFIER.findall(text):
        name, _, value = written.strip().partition("=")
        name = name.lower()
        if name in ("important", "badfilter"):
            setattr(said, name, True)
        elif name in _READ:
            _READ[name](said, value)
        elif not _NOOP.match(name):
            raise Unused(f"${name or written} says nothing to a resolver")
    return said


def _dnsrewrite(said: Modifiers, value: str) -> None:
    said.rewrite = _ESCAPED.sub(r"\1", value)


def _denyallow(said: Modifiers, value: str) -> None:
    names = value.lower().split("|")
    if not value or any(name.startswith(("~", "*", "/")) for name in names):
        raise ValueError("$denyallow takes names, with | between them")
    said.unless = tuple(trie_key(any_key(name.encode())) for name in names)


def _dnstype(said: Modifiers, value: str) -> None:
    for word in value.split("|"):
        kind = word.strip().removeprefix("~")
        (said.other_types if word.strip() != kind else said.types).append(type_number(kind))


def _client(said: Modifiers, value: str) -> None:
    for written in _VALUE.findall(value):
        word = written.strip()
        name = word.removeprefix("~")
        if not (who := _identity(name)):
            raise ValueError("$client names nobody")
        (said.other_clients if name != word else said.clients).append(who)
    if not value:
        raise ValueError("$client names nobody")


def _identity(word: str) -> str:
    """An address or network in its usual form, or a name without its quotes."""
    if len(word) > 1 and word[0] == word[-1] and word[0] in "'\"":
        return _ESCAPED.sub(r"\1", word[1:-1])
    word = _ESCAPED.sub(r"\1", word)
    try:
        return str(ip_network(word, strict=False) if "/" in word else ip_address(word))
    except ValueError:
        return word


_READ: Final[dict[str, Callable[[Modifiers, str], None]]] = {
    "dnsrewrite": _dnsrewrite,
    "denyallow": _denyallow,
    "dnstype": _dnstype,
    "client": _client,
}
