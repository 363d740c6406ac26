"""What is remembered, and what cannot be read."""

import json
import math

import pytest

from blocker.download.record import Copy, Record

COPY = Copy("https://lists.example/a", '"v1"', "", 1.0, 10, 100, "d1")


def test_there_and_back() -> None:
    for record in (Record(), Record(COPY, None, "u", 1, 2, 3, 4, "why"), Record(COPY, COPY)):
        assert Record.decode(record.encode()) == record


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"[]", b"1", b"null", b'"a"', b"{}", b'{"good": 1, "held": null}', b"\xff",
     b'{"good": null, "held": null, "more": 1}', b'{"good": {"url": "a"}, "held": null}'],
)  # fmt: skip
def test_damage(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        Record.decode(text)


@pytest.mark.parametrize("field", ["checked_at", "confirmed_at", "due_at"])
@pytest.mark.parametrize("value", ["x", None, [], math.nan, math.inf, -1e300, 10**30])
def test_a_time_that_is_none(field: str, value: object) -> None:
    """Whoever compares it with the clock would stumble over it, start after start."""
    told = json.loads(Record(COPY).encode())
    with pytest.raises(ValueError, match=r"."):
        Record.decode(json.dumps({**told, field: value}).encode())
    told["good"]["fetched_at"] = value
    with pytest.raises(ValueError, match=r"."):
        Record.decode(json.dumps(told).encode())


@pytest.mark.parametrize(
    "field, value",
    [("url", 1), ("url", None), ("failures", "1"), ("failures", 1.5), ("last_error", []),
     ("good", "x"), ("good", [1]), ("held", True), ("held", 1.5)],
)  # fmt: skip
def test_a_field_of_another_type(field: str, value: object) -> None:
    told = json.loads(Record(COPY).encode())
    with pytest.raises(ValueError, match=r"."):
        Record.decode(json.dumps({**told, field: value}).encode())


@pytest.mark.parametrize("field", ["url", "etag", "last_modified", "octets", "lines", "digest"])
def test_a_field_of_a_copy_of_another_type(field: str) -> None:
    told = json.loads(Record(COPY, COPY).encode())
    told["held"][field] = [1]
    with pytest.raises(ValueError, match=field):
        Record.decode(json.dumps(told).encode())


def test_the_alarm_says_how_much_is_missing() -> None:
    assert Record(COPY).alarm == ""
    assert Record(COPY, COPY).alarm.startswith("shrank from 100 lines to 100;")
