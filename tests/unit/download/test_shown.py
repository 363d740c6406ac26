"""How lists are doing, in words."""

from pathlib import Path

import pytest

from blocker.download.record import Copy, Record
from blocker.download.shown import Progress, shown
from blocker.download.source import Source

SOURCE = Source("one", "https://me:secret@lists.example/a", refresh=3600)
COPY = Copy(SOURCE.source, "", "", 1000.0, 10, 100, "")
BEGUN = Progress(begun=True)


@pytest.mark.parametrize(
    "record, progress, state, alarm",
    [
        (Record(), None, "missing", ""),
        (Record(), Progress(), "waiting", ""),
        (Record(COPY, last_error="x"), BEGUN, "loading", ""),
        (Record(COPY), None, "current", ""),
        (Record(COPY, last_error="x", confirmed_at=1500), None, "failing", ""),
        (Record(last_error="x"), None, "missing", "there is no copy of it, so it blocks nothing"),
        (Record(COPY, COPY), None, "held", Record(COPY, COPY).alarm),
    ],
)
def test_states(record: Record, progress: Progress | None, state: str, alarm: str) -> None:
    told = shown(SOURCE, record, progress, 2000.0)
    assert (told.state, told.alarm) == (state, alarm)
    assert told.source == "https://***@lists.example/a"


def test_a_list_that_has_failed_for_long() -> None:
    record = Record(COPY, last_error="x", confirmed_at=1000)
    told = shown(SOURCE, record, None, 1000 + 10 * 86_400)
    assert told.alarm == "not refreshed for 10 days; its last good copy is still in use"
    assert told.age == 10 * 86_400


def test_a_file(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    told = shown(Source("one", str(file)), Record(), None, 0)
    assert (told.state, told.error) == ("missing", "cannot be read: no such file or directory")
    file.write_text("a.example\n")
    told = shown(Source("one", str(file)), Record(), None, file.stat().st_mtime + 5)
    assert (told.state, told.octets, told.age, told.error) == ("file", 10, 5, "")
