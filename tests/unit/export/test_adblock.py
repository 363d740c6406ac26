"""Adblock rules, read back by a reader of its own: the documented meaning of each line."""

import re
from collections.abc import Sequence

from blocker.core.names import from_text
from blocker.export.adblock import body
from tests.support.exported import NULL, TANGLED, disagreements, questions, selection
from tests.support.rules import entry, keep, policy, rule


def blocks(lines: Sequence[str], name: str) -> bool:
    """An important exception beats an important rule beats an exception beats a rule."""
    best = 0
    for line in lines:
        mask = line.removeprefix("@@").removesuffix("$important")
        if mask.startswith("/"):
            found = re.search(mask[1:-1], name) is not None
        elif mask.startswith("||"):
            found = f".{name}".endswith("." + mask[2:-1])
        else:
            assert mask[0] + mask[-1] == "|^"
            found = name == mask[1:-1]
        if found:
            best = max(best, 1 + line.startswith("@@") + 2 * line.endswith("$important"))
    return best % 2 == 1


def test_how_each_kind_is_written() -> None:
    rules = [entry("a.example.com"), keep("b.a.example.com"), rule("c.b.a.example.com")]
    rules += [rule("=c.b.a.example.com", "allow"), entry("=d.example.com")]
    rules += [entry("log[0-9]*-x.example.com")]
    assert list(body(selection(*rules), NULL, 1).lines) == [
        r"/(^|\.)log[0-9][^.]*-x\.example\.com$/",
        "||a.example.com^",
        "@@||b.a.example.com^",
        "||c.b.a.example.com^$important",
        "@@|c.b.a.example.com^$important",
        "|d.example.com^",
    ]


def test_exceptions_within_exceptions_read_back() -> None:
    lines = body(selection(*TANGLED), NULL, 1).lines
    decides = policy(*TANGLED)
    for name in [*questions(TANGLED), "log7.example.net", "a.q.example.net", "a.q.r.example.net"]:
        verdict = decides.match(from_text(name))
        assert blocks(lines, name) == (verdict is not None and verdict.action == "block"), name
    assert disagreements(decides, [(n, blocks(lines, n)) for n in questions(TANGLED)]) == ([], [])


def test_names_too_deep_are_told() -> None:
    names = ["a.example", "b.a.example", "c.b.a.example", "d.c.b.a.example", "e.d.c.b.a.example"]
    rules = [rule(name, "allow" if at % 2 else "block") for at, name in enumerate(names)]
    assert body(selection(*rules), NULL, 1).lost[0].startswith("left out: 1 name (e.d.c.b.a.examp")
