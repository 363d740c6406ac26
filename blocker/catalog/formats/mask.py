"""What an adblock pattern covers: `||name^` a name and all below it, `*` any text, `^` the end of
the name, `|` the start or the end.

A resolver sees the name and nothing after it, so whatever goes on after the name is about pages.
"""

import re
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Final

from blocker.catalog.formats.expression import expression
from blocker.catalog.formats.key import any_key
from blocker.catalog.formats.reading import Covered, Unused
from blocker.catalog.formats.width import too_wide
from blocker.core.names import ROOT, from_text, to_text, trie_key
from blocker.core.rule import Match, Network
from blocker.errors import InvalidName

_START: Final = re.compile(r"(\|\||\|?(?:https?|wss?)?://|\|)?(.*?)\Z", re.DOTALL)
_END: Final = re.compile(r"(?:\^\|?|\||/)\**\|?\Z")
_ANYTHING: Final = frozenset(("", "*", "|", "||", "||*", "*^", "||*^", "/", "^", "||*^|", "|*"))
_BODY: Final = re.compile(r"[a-z0-9._*-]*\Z")
_NUMBERS: Final = re.compile(r"[.*]*[0-9][0-9.*]*\Z")
_FEWEST: Final = 2  # letters or digits that a pattern with gaps has to have


@dataclass(frozen=True, slots=True)
class Target:
    """A name, an expression or an address. `wide` says why it is too much, "" if it is not."""

    match: Match
    name: bytes = ROOT
    pattern: str = ""
    network: Network | None = None
    wide: str = ""

    @property
    def covered(self) -> Covered | None:
        """What it covers of a name; None when it is not about one."""
        match self.match:
            case "exact" | "below" | "subtree":
                return self.match
            case _:
                return None


def target(written: str) -> Target:
    """What the pattern covers; ValueError when it is malformed, Unused when it is about pages."""
    pattern = written.lower()
    if pattern in _ANYTHING:
        return Target("subtree", wide="covers every name")
    start, body = _parts(pattern)
    ends = _END.search(body)
    body = body[: ends.start()] if ends else body
    if (address := _network(body)) is not None:
        return Target("address", network=address)
    body = _host(body)
    if _NUMBERS.match(body):
        raise ValueError("a part of an address")
    if "*" not in body:
        return _whole(start, body, bool(ends))
    if start in ("", "||") and body.startswith("*.") and "*" not in body[1:]:
        return _name("below", body[2:])
    return _gaps(start, body, bool(ends))


def _parts(pattern: str) -> tuple[str, str]:
    found = _START.match(pattern)
    start, body = found.groups() if found else ("", pattern)
    return ("|" if start and start.endswith("://") else start or ""), body


def _host(body: str) -> str:
    """The part of a pattern that a name is compared with."""
    if not body.isascii():
        try:
            body = ".".join(part if part == "*" else to_text(from_text(part)) if part else ""
                            for part in body.split("."))  # fmt: skip
        except InvalidName:
            raise ValueError("not a host name") from None
    if _BODY.match(body):
        return body
    if re.search(r"[/^?=&:,;~@%+]", body):
        raise Unused("is about what follows the name in an address of the web")
    raise ValueError("not a host name")


def _whole(start: str, body: str, ends: bool) -> Target:
    """A pattern without gaps."""
    if start == "||" and (ends or not body.endswith(".")):
        return _name("subtree", body.removesuffix(".") if "." in body[:-1] else body)
    if start == "" and body.startswith("."):
        return _name("below", body[1:])
    if start == "|" and ends:
        return Target("exact") if body == "." else _name("exact", body)
    if ".." in body:
        raise ValueError("an empty label")
    return _gaps(start, body, ends)


def _name(match: Match, text: str) -> Target:
    labels = text.split(".")
    if "" in labels:
        raise ValueError("an empty label")
    name = trie_key(any_key(text.encode()))
    return Target(match, name, wide="" if match == "exact" else too_wide(labels))


def _gaps(start: str, body: str, ends: bool) -> Target:
    """A pattern that names are searched for."""
    if ".." in body:
        raise ValueError("an empty label")
    text = ".*".join(re.escape(piece) for piece in body.strip("*").split("*"))
    before = {"||": r"(?:^|\.)", "|": "^", "": ""}[start] if not body.startswith("*") else ""
    after = "$" if ends and not body.endswith("*") else ""
    return Target("regex", pattern=expression(before + text + after), wide=_wide(body, ends))


def _wide(body: str, ends: bool) -> str:
    if len(body) - body.count("*") - body.count(".") < _FEWEST:
        return "covers nearly every name"
    *first, last = body.split("*")
    if ends and not any(piece.strip(".") for piece in first):
        return too_wide([label for label in last.split(".") if label])
    return ""


def _network(body: str) -> Network | None:
    try:
        return ip_network(ip_address(body.removeprefix("[").removesuffix("]")))
    except ValueError:
        return None
