"""The fold: what is equal is one row, floods are bounded, and nothing is lost from the totals."""

from collections import Counter

import pytest

from blocker.core import rows as module
from blocker.core.engine import Engine, View
from blocker.core.policy import Verdict
from blocker.core.reply import Reply, Waited, silence
from blocker.core.row import Action, Kind, Row
from blocker.core.rows import Rows
from blocker.core.wire import parse_query
from tests.support.packets import query, question, wire
from tests.support.rules import entry, listed, policy, rule

CLIENT, OTHER = "192.168.1.20", "192.168.1.21"
CURATED = Verdict("block", entry("a.example", line=7, breakage="minor"))


def reply(
    name: str | bytes = "a.example",
    qtype: int = 1,
    action: Action = "blocked",
    verdict: Verdict | None = CURATED,
    rcode: int = 0,
) -> Reply:
    head = bytes((0x81, 0x80 | rcode)) + b"\x00\x01" + bytes(6)
    return Reply(head + question(name, qtype) + b"whatever follows", 0.0, action, verdict)


def told(rows: Rows, *pairs: tuple[str, Reply]) -> list[Row]:
    """The rows of one second in which these were seen."""
    for pair in pairs:
        count(rows, pair)
    rows.turn(rows.second + 1)
    return taken(rows)


def taken(rows: Rows) -> list[Row]:
    return [row for some in iter(lambda: rows.take(7), []) for row in some]


def count(rows: Rows, pair: tuple[str, Reply], times: int = 1) -> None:
    (rows.known.get(pair) or rows.meet(pair)).number += times


def test_a_row_says_all_that_is_known() -> None:
    rows = Rows()
    rows.turn(1_700_000_000)
    (row,) = told(rows, (CLIENT, reply("A.Example", 28, rcode=3)))
    kind = Kind(
        "blocked", "block", "curated", "lists/vendors/xiaomi.yaml", "a.example", 7,
        "xiaomi", "analytics", "minor",
    )  # fmt: skip
    assert row == Row(1_700_000_000, CLIENT, "a.example", 28, 3, kind, 1)


def test_who_said_so_and_how_long_it_took() -> None:
    ready, waited = reply(action="cached"), reply(action="forwarded")
    first, second = (
        Waited(waited.tail, 0.0, "forwarded", None, "udp://192.0.2.53", seconds)
        for seconds in (0.25, 0.0005)
    )
    rows = {
        row.kind.action: row
        for row in told(Rows(), *((CLIENT, each) for each in (ready, first, second)))
    }
    assert (rows["cached"].upstream, rows["cached"].micros) == ("", 0)
    assert (rows["forwarded"].upstream, rows["forwarded"].micros) == ("udp://192.0.2.53", 250_500)
    assert rows["forwarded"].count == 2


def test_equal_events_are_one_row_whatever_reply_they_had() -> None:
    again = reply()
    (row,) = told(Rows(), (CLIENT, again), (CLIENT, again), (CLIENT, reply("a.EXAMPLE")))
    assert (row.name, row.count) == ("a.example", 3)


def test_what_differs_in_anything_is_a_row_of_its_own() -> None:
    shadow = Verdict("shadow", listed("a.example"))
    pairs = [
        (CLIENT, reply()),
        (OTHER, reply()),
        (CLIENT, reply("b.a.example")),
        (CLIENT, reply(qtype=28)),
        (CLIENT, reply(rcode=3)),
        (CLIENT, reply(action="cached", verdict=None)),
        (CLIENT, reply(action="cached", verdict=shadow)),
    ]
    rows = told(Rows(), *pairs, *pairs)
    assert sorted(row.count for row in rows) == [2] * len(pairs)
    assert len(set(rows)) == len(pairs)
    assert {row.kind.list for row in rows if row.kind.verdict == "shadow"} == {"a list"}


def test_each_second_has_rows_of_its_own() -> None:
    rows, kept = Rows(), reply()
    for second in (5, 6, 6, 7):
        rows.turn(second)
        count(rows, (CLIENT, kept))
    rows.turn(9)
    assert [(row.second, row.count) for row in taken(rows)] == [(5, 1), (6, 2), (7, 1)]
    assert taken(rows) == []


def test_rows_are_taken_in_the_order_they_began_and_by_the_second() -> None:
    rows = Rows()
    for second in (5, 6):
        rows.turn(second)
        for number in range(3):
            count(rows, (CLIENT, reply(f"n{number}.example")))
    rows.turn(7)
    assert [[(row.second, row.name[:2]) for row in rows.take(2)] for _ in range(5)] == [
        [(5, "n0"), (5, "n1")],
        [(5, "n2")],
        [(6, "n0"), (6, "n1")],
        [(6, "n2")],
        [],
    ]


@pytest.mark.parametrize(
    "name, text",
    [
        (b"\x00", "."),
        (b"\x01\x00\x03com\x00", "\\000.com"),
        (b"\x03a.b\x03com\x00", "a\\.b.com"),
        (b"\x04_dns\x0dresolver_tEst\x04arpa\x00", "_dns.resolver_test.arpa"),
        (wire("xn--bcher-kva.example"), "xn--bcher-kva.example"),
    ],
)
def test_names_are_told_as_people_write_them(name: bytes, text: str) -> None:
    (row,) = told(Rows(), (CLIENT, reply(name, 65)))
    assert (row.name, row.qtype) == (text, 65)


def test_a_packet_without_a_question_has_no_name() -> None:
    bare = Reply(b"\x81\x81" + bytes(8), 0.0, "malformed", None)
    nothing = Reply(b"", 0.0, "dropped", None)
    rows = told(Rows(), (CLIENT, bare), (CLIENT, nothing))
    assert [(row.name, row.qtype, row.rcode, row.kind) for row in rows] == [
        ("", 0, 1, Kind("malformed")),
        ("", 0, 0, Kind("dropped")),
    ]


def test_a_query_that_a_rule_drops_has_its_name_all_the_same() -> None:
    asked = parse_query(query("Dropped.Example", 28))
    (row,) = told(Rows(), (CLIENT, silence(asked, CURATED)))
    assert (row.name, row.qtype, row.kind.action) == ("dropped.example", 28, "blocked")


def test_an_engine_that_is_silent_tells_of_it_by_name() -> None:
    engine = Engine(View(policy(rule("a.example", mode="drop"))))
    assert engine.on_query(query("b.a.example"), CLIENT, 1.0) is None
    engine.datagrams.fold()
    rows = engine.tally.rows
    rows.turn(1)
    assert [(row.name, row.count) for row in taken(rows)] == [("b.a.example", 1)]


def test_a_flood_loses_its_own_names_and_nobody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OF_ONE_CLIENT", 10)
    zone = Verdict("block", entry("zone.example", line=3))
    flood = [(CLIENT, reply(f"n{number}.zone.example", verdict=zone)) for number in range(500)]
    rows = told(Rows(), *flood, (OTHER, reply()), (CLIENT, reply(verdict=None, action="cached")))
    named = [row for row in rows if row.name]
    assert Counter(row.client for row in named) == {CLIENT: 10, OTHER: 1}
    nameless = {row.kind: row.count for row in rows if not row.name}
    assert nameless == {
        Kind("blocked", "block", "curated", "lists/vendors/xiaomi.yaml", "", 0, "xiaomi",
             "analytics", "none"): 490,
        Kind("cached"): 1,
    }  # fmt: skip
    assert sum(row.count for row in rows) == 502


def test_clients_that_are_made_up_are_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "NAMED", 20)
    monkeypatch.setattr(module, "NAMELESS", 30)
    rows = told(Rows(), *((f"10.0.0.{number}", reply()) for number in range(200)))
    assert len(rows) == 51
    assert next(row.count for row in rows if not row.client) == 150
    assert sum(row.count for row in rows) == 200


def test_after_a_flood_names_are_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OF_ONE_CLIENT", 2)
    rows = Rows()
    told(rows, *((CLIENT, reply(f"n{number}.example")) for number in range(9)))
    assert [row.name for row in told(rows, (CLIENT, reply()))] == ["a.example"]


def test_what_is_remembered_of_replies_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REMEMBERED", 5)
    rows = Rows()
    told(rows, *((CLIENT, reply()) for _ in range(20)))
    for _ in range(20):
        count(rows, (CLIENT, reply()))
        count(rows, (CLIENT, reply("b.example", action="forwarded")))
    assert len(rows.known) == 5
    rows.turn(8)
    (blocked, forwarded) = taken(rows)
    assert (blocked.count, forwarded.count) == (20, 20)
