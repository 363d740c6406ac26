"""The format of one wildcard a line."""

import pytest

from blocker.catalog.formats import wildcard
from tests.support.reading import read

LINES = ["*.Example.org", "*.b.org # comment", "alone.org", "*.co.uk", "*.example.*"]


@pytest.mark.parametrize("match, sign", [("auto", ""), ("exact", "*."), ("subtree", "")])
def test_a_wildcard_covers_its_name_too(match: str, sign: str) -> None:
    told = read(wildcard.items, LINES, match=match)
    alone = "" if match == "subtree" else "="
    assert told.names == [f"1 {sign}example.org", f"2 {sign}b.org", f"3 {alone}alone.org"]
    assert [line.partition(":")[0] for line in told.bad] == ["4", "5"]
