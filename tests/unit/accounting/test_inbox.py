"""Names of vendors that are on no list, for curators."""

from pathlib import Path

from blocker.accounting.inbox import Unclassified, unclassified
from blocker.querylog.stats import Span
from tests.support.logrows import BLOCKED, DAY, MONDAY, UNCLASSIFIED, Stored, row


def test_what_nobody_has_looked_at(tmp_path: Path) -> None:
    log = Stored(tmp_path)
    log.write(
        [
            row("new.xiaomi.com", UNCLASSIFIED, second=MONDAY + 5, count=3),
            row("new.xiaomi.com", UNCLASSIFIED, second=MONDAY + DAY, client="192.0.2.9"),
            row("rare.xiaomi.com", UNCLASSIFIED, second=MONDAY + 9),
            row("known.example", BLOCKED, second=MONDAY + 9, count=50),
        ]
    )
    with log.connect() as connection:
        assert unclassified(connection, Span(MONDAY, MONDAY + 2 * DAY)) == [
            Unclassified("xiaomi", "new.xiaomi.com", 4, 2, MONDAY + 5, MONDAY + DAY),
            Unclassified("xiaomi", "rare.xiaomi.com", 1, 1, MONDAY + 9, MONDAY + 9),
        ]
