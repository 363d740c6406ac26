"""What devices have asked, from the log's totals."""

from pathlib import Path

from blocker.devices.counts import counts
from blocker.querylog.stats import Span
from tests.support.logrows import BLOCKED, CACHED, DAY, MONDAY, SHADOW, Stored, row


def test_by_outcome_and_vendor(tmp_path: Path) -> None:
    log = Stored(tmp_path)
    log.write(
        [
            row("data.mistat.xiaomi.com", BLOCKED, count=3),
            row("a.example", CACHED, count=2),
            row("b.example", SHADOW),
            row("a.example", CACHED, client="192.0.2.8", count=9),
            row("a.example", CACHED, second=MONDAY - DAY, count=100),
        ]
    )
    with log.connect() as connection:
        found = counts(connection, Span(MONDAY, MONDAY + DAY), ["ip:192.0.2.7", "ip:192.0.2.9"])
    assert list(found) == ["ip:192.0.2.7"]
    assert found["ip:192.0.2.7"].outcomes == {"blocked": 3, "allowed": 2, "would-block": 1}
    assert found["ip:192.0.2.7"].vendors["xiaomi"] == {"blocked": 3}
