"""Changes in words, as a change log and as JSON."""

import json

from blocker.catalog.difference import Change
from blocker.cli.changes import as_lines, as_markdown, as_words

CHANGES = [
    Change("", "kept", "time.example", "", "time: Clocks."),
    Change("oppo", "blocked", "a.oppo.com", "", "analytics (measured)"),
    Change("oppo", "changed", "b.oppo.com", "", "", ("breakage none -> minor", "breaks: x")),
]


def test_for_people() -> None:
    assert list(as_words(CHANGES, "one", "two")) == [
        "one -> two",
        "no vendor",
        "  newly kept        time.example: time: Clocks.",
        "oppo",
        "  newly blocked     a.oppo.com: analytics (measured)",
        "  changed           b.oppo.com: breakage none -> minor; breaks: x",
        "1 newly blocked, 1 changed, 1 newly kept",
    ]
    assert list(as_words([], "one", "two")) == ["one and two say the same"]


def test_as_a_change_log() -> None:
    said = "\n".join(as_markdown(CHANGES, "one", "two"))
    assert said.startswith("## Lists two\n\nSince one: 1 newly blocked, 1 changed, 1 newly kept.")
    assert "\n### oppo\n\n- newly blocked: `a.oppo.com`, analytics (measured)\n" in said
    assert "Nothing has changed since one." in "\n".join(as_markdown([], "one", "two"))


def test_for_scripts() -> None:
    first, *_ = map(json.loads, as_lines(CHANGES, "one", "two"))
    assert first == {
        "vendor": "", "kind": "kept", "name": "time.example", "was": "", "now": "time: Clocks.",
        "details": [], "from": "one", "to": "two",
    }  # fmt: skip
