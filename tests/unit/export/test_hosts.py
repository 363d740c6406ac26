"""hosts lines: each blocked name, over both protocols; nothing else fits the format."""

from blocker.export.hosts import body
from tests.support.exported import NULL, selection
from tests.support.rules import entry, keep


def test_every_blocked_name_has_its_own_lines() -> None:
    rules = [entry("example.com"), entry("a.example.com"), keep("b.example.com")]
    made = body(selection(*rules, entry("=c.example.com")), NULL, 1)
    assert list(made.lines) == [
        "0.0.0.0 example.com",
        ":: example.com",
        "0.0.0.0 a.example.com",
        ":: a.example.com",
        "0.0.0.0 c.example.com",
        ":: c.example.com",
    ]
    assert made.count == 3


def test_what_it_cannot_say_is_told() -> None:
    made = body(selection(entry("a.example.com"), entry("b*.example.com")), NULL, 1)
    assert "names below it are not covered" in made.meaning[0]
    assert list(made.lost) == [
        "left out: 1 family (b*.example.com), which this format cannot write"
    ]
