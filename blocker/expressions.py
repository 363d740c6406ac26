"""Regular expressions of rules, searched for in a name all at once.

Rule: RE2 takes time linear in the name's length, whatever a list's author wrote; so an expression
can be wrong, but it cannot be an attack. More than fit into one set are several.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import re2

from blocker.core.rule import Rule

_MEMORY: Final = 8 << 20  # octets that RE2 may take for one set: some two thousand expressions

_DOT: Final = ord(".")


def fault(pattern: str) -> str | None:
    """Why a pattern is no expression; None if it is one."""
    try:
        re2.compile(pattern, _options())
    except re2.error as error:
        said = error.args[0] if error.args else b""
        return said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    return None


class Expressions:
    """The rules of match `regex` among `rules`, compiled once. `own` are the user's."""

    def __init__(self, rules: Iterable[Rule], *, own: bool = False) -> None:
        self.own = own
        chosen = [each for each in rules if each.match == "regex" and fault(each.text) is None]
        self.exceptions = any(rule.action == "allow" or rule.important for rule in chosen)
        self._sets = list(_compiled(chosen))

    def __bool__(self) -> bool:
        return bool(self._sets)

    def find(self, name: bytes) -> Sequence[Rule]:
        """The rules whose expression is found in a folded wire name, without its final dot."""
        spelt, at = bytearray(name), 0
        while length := name[at]:  # a label's length stands where its dot would
            spelt[at] = _DOT
            at += length + 1
        text = bytes(spelt[1:at])
        return [
            rules[number] for matcher, rules in self._sets for number in matcher.Match(text) or ()
        ]


def _compiled(rules: Sequence[Rule]) -> Iterator[tuple[re2.Set, Sequence[Rule]]]:
    """Sets that have all the expressions, as few as their memory allows."""
    if not rules:
        return
    matcher = re2.Set.SearchSet(_options())
    for rule in rules:
        matcher.Add(_folding(rule.text))
    try:
        matcher.Compile()
    except re2.error:
        if half := len(rules) // 2:
            yield from _compiled(rules[:half])
            yield from _compiled(rules[half:])
    else:
        yield matcher, rules


def _folding(pattern: str) -> str:
    """Names are in lower case; who writes an expression in another means them all the same."""
    return pattern if pattern == pattern.lower() else f"(?i){pattern}"


def _options() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    options.never_nl = True
    options.max_mem = _MEMORY
    return options
