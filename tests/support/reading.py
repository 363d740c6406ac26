"""Lists read by a format, and what came of it in a form that a test can spell out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from blocker.catalog.formats.reading import Format, Item, Lines, Reading
from blocker.core.names import to_text, trie_key
from blocker.core.rule import Rule
from blocker.ruleset.layout import ALLOW, BELOW, EXACT, NUMBER

SIGNS = {EXACT: "=", BELOW: "*.", 0: ""}


@dataclass(frozen=True, slots=True)
class Told:
    """`names` are "line name", with = for the name alone, *. for what is below it, @@ for an
    exception, in the order of the list.
    """

    names: list[str]
    rules: list[Rule]
    bad: list[str]
    ignored: list[str]
    reading: Reading

    @property
    def rule(self) -> Rule:
        """The only thing that was said."""
        (rule,) = self.rules
        assert not self.names
        return rule


def read(format_: Format, lines: Sequence[str | bytes] | str, **settings: Any) -> Told:
    """What the format makes of the lines; each ends as lines of files do."""
    if isinstance(lines, str):
        lines = [lines]
    settings = {"rewrites": True, **settings}
    reading = Reading("list", Lines("f"), Lines("f"), **settings)
    octets = [line if isinstance(line, bytes) else f"{line}\n".encode() for line in lines]
    items = list(format_(octets, reading))
    return Told(
        names=[shown(item) for item in items if not isinstance(item, Rule)],
        rules=[item for item in items if isinstance(item, Rule)],
        bad=[str(problem).removeprefix("f:") for problem in reading.bad.first],
        ignored=[str(problem).removeprefix("f:") for problem in reading.ignored.first],
        reading=reading,
    )


def shown(item: Item) -> str:
    """A name with its line."""
    assert not isinstance(item, Rule)
    number, key = item
    sign = ("@@" if number & ALLOW else "") + SIGNS[number & (EXACT | BELOW)]
    return f"{number & NUMBER} {sign}{to_text(trie_key(key))}"
