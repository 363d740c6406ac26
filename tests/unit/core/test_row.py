"""Rows cross the link as they are, in messages that fit."""

import json
from typing import Any

import pytest

from blocker.core.row import MARK, Kind, Row, decode, encode

BLOCKED = Kind(
    "blocked", "block", "curated", "lists/vendors/xiaomi.yaml", "a.example", 12,
    "xiaomi", "analytics", "minor",
)  # fmt: skip


def row(name: str, kind: Kind = BLOCKED, **fields: Any) -> Row:
    given = {"qtype": 1, "rcode": 0, "count": 3, **fields}
    return Row(1_700_000_000, "192.168.1.20", name, kind=kind, **given)


def test_what_is_told_is_what_is_read() -> None:
    rows = [
        row("a.example"),
        row('q\\"uo\\\\te.example', qtype=65, rcode=3, upstream="udp://192.0.2.53", micros=12_345),
        row("", Kind("local")),
    ]
    ((message, number),) = encode(rows, 65_536)
    assert number == 3
    assert message.startswith(MARK)
    assert decode(message) == rows


def test_what_many_rows_share_is_told_once() -> None:
    ((message, _),) = encode([row(f"n{number}.example") for number in range(100)], 65_536)
    assert message.count(b"xiaomi.yaml") == 1
    assert len(message) < 100 * 50


def test_too_many_for_one_message_become_several() -> None:
    rows = [row(f"{number:060}.example") for number in range(300)]
    messages, numbers = zip(*encode(rows, 4_096), strict=True)
    assert max(map(len, messages)) <= 4_096
    assert [len(decode(message)) for message in messages] == list(numbers)
    assert [each for message in messages for each in decode(message)] == rows


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"[",
        b"{}",
        b"[1,2]",
        b"[1,[],[],[[]]]",
        b"[1,[[1]],[],3]",
        b'[1,[],[""],[["c","n",1,0,5,1,0,0]]]',
    ],
)
def test_what_is_no_message_of_rows_is_refused(message: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - a JSON error is one too
        decode(message)


def test_no_tally_is_taken_for_rows() -> None:
    assert not json.dumps({"worker": 0}).encode().startswith(MARK)
