"""What is noted is kept beside the version, one value a key."""

from pathlib import Path

from blocker.querylog.about import note, noted
from blocker.querylog.tables import VERSION
from tests.support.logrows import Stored


def test_a_later_note_replaces_the_earlier(tmp_path: Path) -> None:
    log = Stored(tmp_path)
    with log.engine.begin() as connection:
        assert noted(connection, "colour") == ""
        note(connection, "colour", "red")
        note(connection, "colour", "blue")
    with log.connect() as connection:
        assert noted(connection, "colour") == "blue"
        assert noted(connection, "version") == str(VERSION)
