"""What was replaced is freed a little at a time, and all of it in the end."""

from typing import Any

from blocker.core.retired import Retired


def test_so_many_entries_at_a_time() -> None:
    first: dict[Any, Any] = dict.fromkeys(range(5))
    second: dict[Any, Any] = dict.fromkeys(range(2))
    retired = Retired([first, second, {}])
    left = []
    while retired.shed(2):
        left.append(len(first) + len(second))
    assert left == [7, 5, 3, 1]
    assert retired == []
    assert not retired.shed(2)
