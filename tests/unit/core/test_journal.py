"""The journal: what it counts, in slices, and what it drops rather than grow."""

import pytest

from blocker.core import journal as module
from blocker.core.journal import ANSWER_SECONDS, Journal, Tally
from blocker.core.policy import Verdict
from blocker.core.reply import Reply
from tests.support.rules import entry, listed, zone

CLIENT = "192.168.1.20"
CURATED = Verdict("block", entry("a.example"))
LISTED = Verdict("block", listed("b.example"))


def reply(action: str, verdict: Verdict | None = None) -> Reply:
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
    journal.fold()
    assert tally.blocked == {("xiaomi", "analytics"): 2, ("subscription", "unspecified"): 1}
    assert tally.shadow == {("xiaomi", "push"): 1}
    assert tally.unclassified == {}


def test_a_vendors_names_on_no_list_are_counted_by_vendor() -> None:
    tally = Tally()
    journal = Journal("udp", tally)
    for verdict in (
        Verdict("pass", zone("mi.com")),
        Verdict("pass", zone("mi.com")),
        Verdict("pass", entry("push.mi.com", "push", breakage="major")),
        Verdict("allow", listed("a.mi.com", "allow"), owner="xiaomi"),
        Verdict("block", listed("b.mi.com"), owner="xiaomi"),
        None,
    ):
        journal.append((CLIENT, reply("forwarded", verdict)))
    journal.fold()
    assert tally.unclassified == {"xiaomi": 2}
    assert tally.blocked == {("xiaomi", "unspecified"): 1}


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
