"""Regular expressions of rules, searched for in a name all at once.

Rule: RE2 takes time linear in the name's length, whatever a list's author wrote; so an expression
can be wrong, but it cannot be an attack.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import re2

from blocker.core.rule import Rule

_MEMORY: Final = 8 << 20  # octets that RE2 may take for one set; it works without, but slower


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
        self._rules: list[Rule] = []
        self._set = re2.Set.SearchSet(_options())
        for rule in rules:
            if rule.match == "regex" and fault(rule.text) is None:
                self._set.Add(rule.text)
                self._rules.append(rule)
        self.exceptions = any(rule.action == "allow" or rule.important for rule in self._rules)
        if self._rules:
            self._set.Compile()

    def __bool__(self) -> bool:
        return bool(self._rules)

    def find(self, name: bytes) -> Sequence[Rule]:
        """The rules whose expression is found in a folded wire name, without its final dot."""
        labels, at = [], 0
        while length := name[at]:
            labels.append(name[at + 1 : at + 1 + length])
            at += length + 1
        found = self._set.Match(b".".join(labels))
        return [self._rules[number] for number in found] if found else ()


def _options() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    options.never_nl = True
    options.max_mem = _MEMORY
    return options
