"""Families as shapes: what two of them have in common, a member of one, one as an expression.

A shape is labels from the right, each plain or varying, and whether names below belong to it.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from blocker.core.families import own_labels
from blocker.core.policy import Match

_STAR: Final = frozenset[str]()  # stands for any characters, as no set of one is empty
_UNLIKELY: Final = "\x00"  # a character that no entry writes out
_TOKEN: Final = re.compile(r"\*|\[[^\]]*\]|.")


@dataclass(frozen=True, slots=True)
class Shape:
    """The names that a rule is about."""

    labels: tuple[str, ...]
    alone: bool

    def meets(self, other: "Shape") -> bool:
        """Whether some name belongs to both."""
        short, long = sorted((self, other), key=lambda shape: len(shape.labels))
        if short.alone and len(short.labels) < len(long.labels):
            return False
        return all(map(_meet, short.labels, long.labels))

    def holds(self, other: "Shape") -> bool:
        """Whether all of the other's names are its own; when in doubt, no."""
        if len(self.labels) > len(other.labels) or (self.alone and self != other):
            return False
        return all(map(_holds, self.labels, other.labels))


def shape_of(text: str, match: Match) -> Shape:
    """The shape of a rule's text."""
    return Shape(tuple(reversed(text.removeprefix("=").split("."))), match == "exact")


def a_member(text: str, parent: bytes, taken: Collection[bytes] = ()) -> bytes:
    """A name of the family that, where there is a choice, is none of the `taken`."""
    members = _members(text, parent)
    first = member = next(members)
    while member in taken:
        member = next(members, first)
        if member is first:
            break
    return member


def below(text: str, name: str) -> str:
    """What the family has below a name that is no member of it, as written; empty if nothing.

    Of `a.*.example.com` that is `a.x.example.com` below `x.example.com`.
    """
    family, above = shape_of(text, "pattern"), shape_of(name, "subtree")
    if len(family.labels) <= len(above.labels) or not family.meets(above):
        return ""
    return ".".join((*reversed(family.labels[len(above.labels) :]), name))


def varies_inside(text: str) -> bool:
    """Whether another label than the first varies, so that it can reach below other names."""
    return varies(text.partition(".")[2])


def varies(text: str) -> bool:
    return "*" in text or "[" in text


def expression(text: str) -> str:
    """The family and all below it, as a regular expression for a name in text."""
    own = len(own_labels(text))
    written = text.split(".")
    varying = [_label_expression(label) for label in written[:own]]
    return r"(^|\.)" + r"\.".join([*varying, *written[own:]]) + "$"


def _members(text: str, parent: bytes) -> Iterator[bytes]:
    own = own_labels(text)
    widest = max(len(token) for label in own for token in _tokens(label))
    for choice in range(widest or 1):
        chosen = [
            "".join(_pick(sorted(token), choice) for token in _tokens(label)).encode()
            for label in own
        ]
        yield b"".join(bytes((len(label),)) + label for label in chosen) + parent


def _pick(token: list[str], choice: int) -> str:
    return token[choice % len(token)] if token else _UNLIKELY


def _label_expression(label: str) -> str:
    parts = re.findall(r"\*|\[[^\]]*\]|[^*\[]+", label)
    return "".join("[^.]*" if part == "*" else part for part in parts)


@cache
def _tokens(label: str) -> tuple[frozenset[str], ...]:
    return tuple(_characters(written) for written in _TOKEN.findall(label))


def _characters(written: str) -> frozenset[str]:
    if written == "*":
        return _STAR
    if not written.startswith("["):
        return frozenset(written)
    ranges = re.findall(r"(.)-(.)", written[1:-1])
    single = re.sub(r".-.", "", written[1:-1])
    spans = [chr(at) for low, high in ranges for at in range(ord(low), ord(high) + 1)]
    return frozenset([*single, *spans])


def _holds(one: str, other: str) -> bool:
    return one in (other, "*") or (not varies(other) and _meet(one, other))


def _meet(one: str, other: str) -> bool:
    if varies(one) or varies(other):
        return _overlap(_tokens(one), _tokens(other))
    return one == other


@cache
def _overlap(one: tuple[frozenset[str], ...], other: tuple[frozenset[str], ...]) -> bool:
    """Whether some text matches both rows of tokens."""
    if not one and not other:
        return True
    if one and one[0] is _STAR:
        return _overlap(one[1:], other) or (bool(other) and _overlap(one, other[1:]))
    if other and other[0] is _STAR:
        return _overlap(other, one)
    if not one or not other:
        return False
    return bool(one[0] & other[0]) and _overlap(one[1:], other[1:])
