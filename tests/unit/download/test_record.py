"""What is remembered, and what cannot be read."""

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


def test_the_alarm_says_how_much_is_missing() -> None:
    assert Record(COPY).alarm == ""
    assert Record(COPY, COPY).alarm.startswith("shrank from 100 lines to 100;")
