"""What a rescue found, for people; names in it come from strangers."""

import io
from typing import Any

import pytest
from rich.console import Console

from blocker.cli.suspects import choices, chosen, proposed, show, spelled
from blocker.errors import StartError

NAME = {
    "name": "a.example", "types": ["A"], "count": 4, "first": "2026-11-23T20:00:00Z",
    "last": "2026-11-23T20:01:00Z", "last_minute": 0,
}  # fmt: skip


def suspect(**fields: Any) -> dict[str, Any]:
    return {
        "vendor": "xiaomi", "product": "MIUI", "purpose": "analytics", "breakage": "none",
        "breaks": "", "shared": False, "layer": "curated",
        "rule": {"text": "a.example", "line": 7, "list": "lists/vendors/xiaomi.yaml"},
        "evidence": [{"key": "paper", "title": "P", "url": "https://example.org/p"}],
        "count": 1_234, "names": [NAME], "allow": ["=a.example"], "allowed": False,
        "likely": True, "reason": "known to break: sign-in", **fields,
    }  # fmt: skip


def told(*suspects: dict[str, Any], **fields: Any) -> dict[str, Any]:
    shares = [{"name": "xiaomi", "count": 1_234, "names": 1}]
    return {
        "client": "192.168.1.20", "since": "2026-11-23T20:00:00Z", "complete": True,
        "blocked": 1_234 if suspects else 0, "would_block": 0, "vendors": shares,
        "purposes": [{**shares[0], "name": ""}], "breakages": [{**shares[0], "name": "minor"}],
        "suspects": list(suspects), "proposal": ["=a.example"], "pending": [], "also": [],
        **fields,
    }  # fmt: skip


def shown(said: dict[str, Any], width: int = 160) -> str:
    out = io.StringIO()
    show(said, 10, Console(file=out, width=width, highlight=False, emoji=False))
    return out.getvalue()


def test_what_was_blocked_by_vendor_purpose_and_breakage() -> None:
    text = shown(told(suspect()))
    assert "1,234 queries of 192.168.1.20 blocked in the last 10 minutes" in text
    for words in (("vendor", "xiaomi", "1,234"), ("purpose", "not known"), ("breakage", "minor")):
        assert any(all(word in line for word in words) for line in text.splitlines()), words
    for said in ("1 ", "a.example (4)", "lists/vendors/xiaomi.yaml:7", "xiaomi MIUI", "sign-in"):
        assert said in text


def test_nothing_blocked_is_said_too() -> None:
    text = shown(told())
    assert text == "nothing was blocked for 192.168.1.20 in the last 10 minutes\n"


def test_what_is_not_known_pending_or_in_shadow() -> None:
    pending = [{"name": "=b.example", "until": "2026-11-23T20:30:00Z", "change": 3}]
    text = shown(told(complete=False, pending=pending, would_block=5))
    assert "=b.example is allowed for 192.168.1.20 until 2026-11-23" in text
    assert "what was before 2026-11-23" in text
    assert "5 more were let pass by rules in shadow" in text


def test_other_addresses_of_the_device_are_told() -> None:
    text = shown(told(also=[{"client": "2001:db8::7", "blocked": 1_500}]))
    assert "also asks as 2001:db8::7, 1,500 blocked: blocker rescue --client 2001:db8::7" in text


def test_many_names_are_cut_short_and_those_without_are_told() -> None:
    names = [{**NAME, "name": f"n{number}.example"} for number in range(6)]
    text = shown(told(suspect(names=[{**NAME, "name": ""}, *names])))
    assert "(many names) (4)" in text
    assert "and 4 more" in text
    assert "n5.example" not in text


def test_names_are_no_markup() -> None:
    text = shown(told(suspect(names=[{**NAME, "name": "[red]a.example[/]"}])))
    assert "[red]a.example[/]" in text


def test_only_what_can_be_allowed_and_is_not_has_a_number() -> None:
    said = told(
        suspect(allowed=True),
        suspect(allow=["=b.example"]),
        suspect(allow=[]),
        suspect(allow=["=c.example"]),
        proposal=["=c.example"],
    )
    assert {number: each["allow"] for number, each in choices(said).items()} == {
        1: ["=b.example"],
        2: ["=c.example"],
    }
    assert proposed(said) == [2]
    assert "allowed" in shown(said)


@pytest.mark.parametrize(
    "written, numbers",
    [
        ("all", [1, 2, 3, 4]),
        ("none", []),
        ("", []),
        ("2", [2]),
        ("1,3-4", [1, 3, 4]),
        (" 4 2 ", [4, 2]),
        ("ALL", [1, 2, 3, 4]),
    ],
)
def test_a_choice_is_all_none_or_numbers(written: str, numbers: list[int]) -> None:
    assert chosen(written, [1, 2, 3, 4]) == numbers


@pytest.mark.parametrize("written", ["5", "0", "1-9", "x", "1;2", "-1", "3-"])
def test_what_is_no_choice_says_what_is(written: str) -> None:
    with pytest.raises(StartError, match="write"):
        chosen(written, [1, 2, 3, 4])


def test_numbers_are_spelled_as_they_may_be_typed() -> None:
    assert (spelled([1, 2]), spelled([])) == ("1,2", "none")
    assert chosen(spelled([2, 4]), [1, 2, 3, 4]) == [2, 4]
