"""Extended errors as options: codes, texts, and the JSON of structured ones."""

import json

import pytest

from blocker.core.extended import MAX_TEXT, error, of_block, of_upstream, reason
from blocker.core.policy import Rule, Verdict
from tests.support.rules import entry, keep, listed, rule


def read(options: bytes) -> list[tuple[int, str]]:
    """Codes and texts of the options."""
    found = []
    while options:
        assert options[:2] == b"\x00\x0f"
        end = 4 + int.from_bytes(options[2:4], "big")
        found.append((int.from_bytes(options[4:6], "big"), options[6:end].decode()))
        options = options[end:]
    return found


def test_a_text_is_cut_at_the_end_of_a_letter() -> None:
    assert read(error(15, "x" * 10_000)) == [(15, "x" * MAX_TEXT)]
    assert read(error(15, "\u00df" * 150)) == [(15, "\u00df" * 100)]
    assert read(error(15, "x" + "\u00df" * 150)) == [(15, "x" + "\u00df" * 99)]
    assert read(error(13)) == [(13, "")]


def test_a_text_that_no_utf_8_can_hold_is_still_a_text() -> None:
    assert read(error(15, "a\ud800")) == [(15, "a?")]
    assert (
        "a?"
        in read(of_block(_block(listed("a", list="a\ud800")), structured=True, forged=False)[0])[0][
            1
        ]
    )


def _block(made: Rule) -> Verdict:
    return Verdict("block", made)


def test_what_is_blocked_says_less_and_less() -> None:
    verdict = _block(entry("data.mistat.xiaomi.com"))
    why = "xiaomi analytics: data.mistat.xiaomi.com"
    assert [read(one) for one in of_block(verdict, structured=False, forged=False)] == [
        [(15, why)],
        [(15, "")],
        [(15, "")],
    ]


def test_an_address_that_is_not_the_names_own_is_called_forged_too() -> None:
    # RFC 8914 section 4.5; the draft forbids it beside structured errors.
    verdict = _block(rule("a.example"))
    said = of_block(verdict, structured=False, forged=True)
    assert [code for code, _ in read(said[0])] == [15, 4]
    for options in of_block(verdict, structured=True, forged=True):
        assert [code for code, _ in read(options)] == [15]


@pytest.mark.parametrize("scope, code", [("", 15), ("group", 17), ("client", 17)])
def test_what_a_client_or_its_group_asked_for_is_filtered(scope: str, code: int) -> None:
    verdict = _block(rule("a.example", scope=scope))
    ((said, _),) = read(of_block(verdict, structured=False, forged=False)[0])
    assert said == code


def test_structured_errors_name_vendor_and_purpose() -> None:
    full, alone, bare = of_block(
        _block(entry("data.mistat.xiaomi.com")), structured=True, forged=False
    )
    assert read(full) == [(15, '{"j":"xiaomi analytics: data.mistat.xiaomi.com","s":5,"l":"en"}')]
    assert read(alone) == [(15, '{"s":5}')]
    assert read(bare) == [(15, "")]


def test_the_sub_error_of_network_policy_goes_with_blocked_alone() -> None:
    full, alone, _ = of_block(
        _block(rule("a.example", scope="client")), structured=True, forged=False
    )
    assert read(full) == [(17, '{"j":"your own rule: a.example","l":"en"}')]
    assert read(alone) == [(17, "")]


@pytest.mark.parametrize("letter", ["L", '"', "\\", "\n", "\u00df", "\U0001f50e"])
def test_json_stays_whole_however_long_its_text(letter: str) -> None:
    full, *_ = of_block(_block(listed("a", list=letter * 10_000)), structured=True, forged=False)
    ((code, text),) = read(full)
    assert MAX_TEXT - 8 < len(text.encode()) <= MAX_TEXT
    said = json.loads(text)
    assert (code, said["s"], said["l"]) == (15, 5, "en")
    assert said["j"].startswith(f"on the list {letter}")


def test_what_the_upstream_blocked() -> None:
    assert read(of_upstream(structured=False)) == [(35, "blocked by the upstream resolver")]
    assert read(of_upstream(structured=True)) == [
        (35, '{"j":"blocked by the upstream resolver","l":"en"}')
    ]


def test_reasons_are_short_and_name_what_the_user_can_change() -> None:
    said = {
        reason(Verdict("block", made))
        for made in (
            entry("data.mistat.xiaomi.com"),
            rule("ads.example"),
            listed("x.example", list="hosts.txt"),
            keep("x.example"),
        )
    }
    assert said == {
        "xiaomi analytics: data.mistat.xiaomi.com",
        "your own rule: ads.example",
        "on the list hosts.txt",
        "on the list lists/keep.yaml",
    }
