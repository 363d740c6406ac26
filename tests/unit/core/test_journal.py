"""The journal: what it counts, in slices, and what it drops rather than grow."""

import pytest

from blocker.core import journal as module
from blocker.core import rows as rows_module
from blocker.core.journal import ANSWER_SECONDS, Journal, Tally
from blocker.core.policy import Verdict
from blocker.core.reply import Reply
from blocker.core.row import Action
from tests.support.packets import question
from tests.support.rules import entry, listed, zone

CLIENT = "192.168.1.20"
CURATED = Verdict("block", entry("a.example"))
LISTED = Verdict("block", listed("b.example"))


def reply(action: Action, verdict: Verdict | None = None) -> Reply:
    return Reply(b"tail", 0.0, action, verdict)


def test_entries_become_counts_by_transport_and_action() -> None:
    tally = Tally()
    udp, tcp = Journal("udp", tally), Journal("tcp", tally)
    for action in ("cached", "cached", "forwarded"):
        udp.append((CLIENT, reply(action)))
    tcp.append((CLIENT, reply("cached")))
    assert not udp.fold()
    assert not tcp.fold()
    assert tally.queries == {
        ("udp", "cached"): 2,
        ("udp", "forwarded"): 1,
        ("tcp", "cached"): 1,
    }
    assert udp.entries == []


def test_verdicts_become_counts_by_vendor_and_purpose() -> None:
    tally = Tally()
    journal = Journal("udp", tally)
    for verdict in (CURATED, CURATED, LISTED):
        journal.append((CLIENT, reply("blocked", verdict)))
    journal.append((CLIENT, reply("forwarded", Verdict("shadow", entry("c.example", "push")))))
    journal.append((CLIENT, reply("forwarded", Verdict("allow", entry("d.example", "updates")))))
    journal.append((CLIENT, reply("local", Verdict("local", entry("e.example")))))
    journal.fold()
    assert tally.accounts == {
        ("xiaomi", "analytics", "blocked"): 2,
        ("subscription", "unspecified", "blocked"): 1,
        ("xiaomi", "push", "would-block"): 1,
        ("xiaomi", "updates", "allowed"): 1,
        ("xiaomi", "analytics", "allowed"): 1,
    }


def test_a_vendors_names_on_no_list_are_counted_by_vendor() -> None:
    tally = Tally()
    journal = Journal("udp", tally)
    for verdict in (
        Verdict("pass", zone("mi.com")),
        Verdict("pass", zone("mi.com")),
        Verdict("pass", entry("push.mi.com", "push", breakage="major")),
        Verdict("allow", listed("a.mi.com", "allow"), owner="xiaomi"),
        None,
    ):
        journal.append((CLIENT, reply("forwarded", verdict)))
    blocked = Verdict("block", listed("b.mi.com"), owner="xiaomi")
    journal.append((CLIENT, reply("blocked", blocked)))
    journal.fold()
    assert tally.accounts == {
        ("xiaomi", "unclassified", "allowed"): 2,
        ("xiaomi", "push", "allowed"): 1,
        ("xiaomi", "unspecified", "allowed"): 1,
        ("xiaomi", "unspecified", "blocked"): 1,
    }


def test_it_folds_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SLICE", 10)
    tally = Tally()
    journal = Journal("udp", tally)
    for _ in range(25):
        journal.append((CLIENT, reply("cached")))
    assert [journal.fold() for _ in range(3)] == [True, True, False]
    assert tally.queries["udp", "cached"] == 25


def test_the_oldest_are_dropped_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROOM", 5)
    tally = Tally()
    journal = Journal("udp", tally)
    for action in ("cached",) * 4 + ("blocked",) * 5:
        journal.append((CLIENT, reply(action)))
    journal.fold()
    assert tally.dropped == 4
    assert tally.queries == {("udp", "blocked"): 5}


def test_an_append_made_before_a_fold_still_counts_after_it() -> None:
    # The hot path holds on to the method: folding must not put another list in its place.
    journal = Journal("udp", Tally())
    append, waited = journal.append, journal.waited
    journal.fold()
    append((CLIENT, reply("cached")))
    waited(0.5)
    journal.fold()
    assert journal.tally.queries == {("udp", "cached"): 1}
    assert sum(journal.tally.seconds) == 1


@pytest.mark.parametrize("seconds", [0.0, 0.0001, 0.00011, 0.3, 5.0, 5.1, 100.0])
def test_both_ways_to_time_an_answer_fill_the_same_bucket(seconds: float) -> None:
    ready, waited = Journal("udp", Tally()), Journal("udp", Tally())
    ready.observe(seconds, 3)
    for _ in range(3):
        waited.waited(seconds)
    waited.fold()
    assert ready.tally.seconds == waited.tally.seconds
    assert ready.tally.seconds_sum == pytest.approx(waited.tally.seconds_sum)
    bucket = ready.tally.seconds.index(3)
    assert bucket == len(ANSWER_SECONDS) or seconds <= ANSWER_SECONDS[bucket]
    assert bucket == 0 or seconds > ANSWER_SECONDS[bucket - 1]


def test_entries_become_rows_too_whatever_their_transport() -> None:
    tally = Tally()
    udp, tcp = Journal("udp", tally), Journal("tcp", tally)
    tally.rows.turn(7)
    kept = named("a.example", "blocked", CURATED)
    for journal in (udp, udp, tcp):
        journal.append((CLIENT, kept))
    for journal in (udp, tcp):
        journal.fold()
    tally.rows.turn(8)
    (row,) = tally.rows.take(9)
    assert (row.second, row.client, row.name, row.count) == (7, CLIENT, "a.example", 3)
    assert row.kind.vendor == "xiaomi"


def test_what_differs_is_looked_at_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EACH", 10)
    tally = Tally()
    journal = Journal("udp", tally)
    for number in range(25):
        journal.append((CLIENT, named(f"n{number}.example", "cached")))
    assert [journal.fold() for _ in range(3)] == [True, True, False]
    assert tally.queries["udp", "cached"] == 25
    tally.rows.turn(1)
    assert len(tally.rows.take(1_000)) == 25


@pytest.mark.parametrize("clients", [1, 3])
def test_a_flood_is_counted_to_the_unit(monkeypatch: pytest.MonkeyPatch, clients: int) -> None:
    monkeypatch.setattr(rows_module, "OF_ONE_CLIENT", 10)
    tally = Tally()
    journal = Journal("udp", tally)
    for number in range(5_000):
        client = f"192.168.1.{number % clients}"
        journal.append((client, named(f"n{number}.example", "blocked", CURATED)))
        if number % 10 == 0:
            journal.append(("192.168.2.1", named("a.example", "cached")))
        journal.observe(0.001, 1)
    while journal.fold():
        pass
    assert tally.queries == {("udp", "blocked"): 5_000, ("udp", "cached"): 500}
    assert tally.accounts == {("xiaomi", "analytics", "blocked"): 5_000}
    tally.rows.turn(1)
    rows = tally.rows.take(1_000)
    assert sum(row.count for row in rows if row.kind.vendor == "xiaomi") == 5_000
    assert [row.count for row in rows if row.client == "192.168.2.1"] == [500]
    assert len(rows) == clients * 11 + 1


def named(name: str, action: Action, verdict: Verdict | None = None) -> Reply:
    return Reply(b"\x81\x80\x00\x01" + bytes(6) + question(name), 0.0, action, verdict)
