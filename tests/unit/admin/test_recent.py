"""The last hour: who was blocked what; bounded, and honest about what is not known any more."""

from blocker.admin.recent import KEPT, OVERHEAD, SHARE, Recent
from blocker.core.row import Kind, Row

BLOCKED = Kind("blocked", "block", vendor="xiaomi", purpose="analytics")
SHADOW = Kind("forwarded", "shadow", vendor="oppo", purpose="push")
PHONE, TV = "192.168.1.20", "192.168.1.21"


def row(second: int, client: str = PHONE, kind: Kind = BLOCKED, count: int = 1) -> Row:
    return Row(second, client, "a.example", 1, 0, kind, count)


def seconds(recent: Recent, client: str = PHONE, since: int = 0) -> list[int]:
    return [row.second for row in recent.of(client, since).rows]


def test_a_client_has_its_own_rows_since_when_asked() -> None:
    recent = Recent(100)
    recent.take([row(100), row(101, TV), row(102)])
    recent.take([row(103, kind=SHADOW)])
    assert seconds(recent) == [100, 102, 103]
    assert seconds(recent, since=102) == [102, 103]
    assert seconds(recent, TV) == [101]
    assert seconds(recent, "192.168.1.99") == []


def test_what_nothing_was_decided_about_is_not_kept() -> None:
    recent = Recent(100)
    kinds = (Kind("cached"), Kind("forwarded", "allow"), Kind("cached", "pass"), Kind("local"))
    recent.take([row(100, kind=kind) for kind in kinds])
    assert seconds(recent) == []


def test_what_was_before_the_start_is_not_claimed_to_be_known() -> None:
    recent = Recent(100)
    recent.take([row(99), row(150)])
    assert seconds(recent) == [99, 150], "but what came is told"
    assert recent.of(PHONE, 50).since == 100
    assert recent.of(PHONE, 120).since == 120


def test_a_client_is_the_same_however_a_socket_names_it() -> None:
    recent = Recent(0)
    recent.take([row(1, "::ffff:192.168.1.20"), row(2, "fe80::1%eth0"), row(3, "fe80::1%eth1")])
    assert seconds(recent) == [1]
    assert seconds(recent, "fe80::1%eth0") == seconds(recent, "fe80::1") == [2, 3]
    assert seconds(recent, "::ffff:0:1") == []


def test_an_hour_is_kept_and_ageing_is_no_loss() -> None:
    recent = Recent(0)
    recent.take([row(10), row(10, TV)])
    recent.take([row(20)])
    recent.take([row(KEPT + 15)])
    assert seconds(recent) == [20, KEPT + 15]
    assert recent.clients(0) == {PHONE: 2}
    assert recent.dropped == 0


def test_clients_that_something_was_blocked_for() -> None:
    recent = Recent(0)
    recent.take([row(10, count=3), row(11, count=4), row(11, TV, SHADOW), row(1, TV)])
    assert recent.clients(10) == {PHONE: 7}


def test_a_flood_pushes_out_its_own_rows_only() -> None:
    room = 100 * (OVERHEAD + len("a.example"))
    recent = Recent(0, room)
    recent.take([row(5, TV)])
    for second in range(10, 1_000):
        recent.take([row(second)])
    assert seconds(recent, TV) == [5]
    assert recent.of(TV, 0).since == 0
    window = recent.of(PHONE, 0)
    assert len(window.rows) == 100 // SHARE
    assert window.since == window.rows[0].second
    assert recent.dropped == 990 - 100 // SHARE


def test_many_clients_push_out_the_oldest_rows() -> None:
    room = 100 * (OVERHEAD + len("a.example"))
    recent = Recent(0, room)
    for second in range(1_000):
        recent.take([row(second, f"10.0.0.{second}")])
    kept = [second for second in range(1_000) if seconds(recent, f"10.0.0.{second}")]
    assert kept == list(range(1_000 - len(kept), 1_000))
    assert 90 <= len(kept) <= 100
    assert recent.dropped == 1_000 - len(kept)
    assert recent.of(PHONE, 0).since == kept[0]
