"""Filters: words to numbers, and names by parts."""

from pathlib import Path

import pytest
from sqlalchemy import select

from blocker.querylog import tables
from blocker.querylog.filters import Filters, name_matches, resolve
from tests.support.logrows import BLOCKED, SHADOW, Stored, row

NAMES = (
    "example.org",
    "www.example.org",
    "notexample.org",
    "example.org.uk",
    "a_b.test",
    "axb.test",
)


@pytest.mark.parametrize(
    "written, found",
    [
        ("Example.ORG.", {"example.org"}),
        ("*.example.org", {"www.example.org"}),
        ("*example.org", {"example.org", "www.example.org", "notexample.org"}),
        ("example.org*", {"example.org", "example.org.uk"}),
        ("*ample*", {"example.org", "www.example.org", "notexample.org", "example.org.uk"}),
        ("*a_b*", {"a_b.test"}),
        ("*%*", set()),
    ],
)
def test_names_by_parts(tmp_path: Path, written: str, found: set[str]) -> None:
    log = Stored(tmp_path)
    log.write([row(name) for name in NAMES])
    with log.connect() as connection:
        names = select(tables.names.c.name).where(name_matches(written))
        assert set(connection.scalars(names)) == found


def test_words_become_numbers_and_what_is_nowhere_is_nothing(tmp_path: Path) -> None:
    log = Stored(tmp_path)
    log.write([row("a.example", BLOCKED), row("b.example", SHADOW), row("c.example")])
    with log.connect() as connection:
        nothing = resolve(connection, Filters())
        assert nothing.shapes is None
        assert not nothing.nothing
        assert len(resolve(connection, Filters(outcome="would-block")).shapes or ()) == 1
        assert len(resolve(connection, Filters(qtype=1)).shapes or ()) == 3
        assert len(resolve(connection, Filters(device="ip:192.0.2.7")).clients or ()) == 1
        for absent in (
            Filters(client="192.0.2.99"),
            Filters(vendor="nobody"),
            Filters(upstream="udp://192.0.2.1"),
            Filters(name="nowhere.example"),
            Filters(vendor="xiaomi", rcode=3),
        ):
            assert resolve(connection, absent).nothing
