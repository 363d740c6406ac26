"""Forged and broken packets of an upstream (RFC 5452, RFC 9267): none is believed, none ends the
wait for the good one, and one that is nearly right has the question asked over TCP.
"""

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conformance.serving import Served
from tests.support.packets import NOERROR, query, read, wire
from tests.support.steps import saying
from tests.support.upstream import Asked

MISSES = 100
TOGETHER = 50


@pytest.mark.parametrize(
    "bad",
    [
        "wrong-id",
        pytest.param("wrong-port", id="P083"),
        "wrong-question",
        pytest.param("query", id="P085 QR=0"),
        pytest.param("no-question", id="P085 QDCOUNT=0"),
        pytest.param("opcode", id="P085 opcode"),
        "garbage",
        "empty",
        "cut",
        "formerr",
        "other-type",
        "two-questions",
    ],
)
def test_a_bad_packet_is_not_the_end(served: Served, bad: str) -> None:
    # And it is not held against the server, for it may have come from anyone.
    name = f"bad-{bad}.spoof.example"
    served.upstream.on(name, f"{bad}+delay:0.05")
    served.upstream.on_tcp(name, "delay:0.1")
    reply = served.ask(name)
    assert (reply.header.rcode, [str(record.rdata) for record in reply.rr]) == (
        NOERROR,
        ["192.0.2.80"],
    )
    assert served.ask(f"after-{bad}.spoof.example").header.rcode == NOERROR


@pytest.mark.parametrize("bad", ["wrong-id", "wrong-question", "garbage-id"])
def test_after_a_near_miss_it_is_asked_over_tcp(served: Served, bad: str) -> None:
    # RFC 5452 section 9: what is guessed at once is not guessed a second time.
    name = f"near-{bad}.spoof.example"
    served.upstream.on(name, bad)
    assert served.ask(name).rr
    assert served.asked(name, "tcp")


def test_what_does_not_belong_to_the_answer_is_left_out(served: Served) -> None:
    # RFC 2181 section 5.4.1: only the alias chain from the question on, and nothing is kept of it.
    name, bank = "bailiwick.spoof.example", "bank.spoof.example"
    served.upstream.on(
        name,
        saying(
            f"{name}. 60 IN CNAME a.{name}.",
            f"{bank}. 60 IN A 9.9.9.66",
            f"a.{name}. 60 IN A 9.9.9.1",
            f"{bank}. 60 IN CNAME evil.{name}.",
            authority=[f"{bank}. 60 IN NS evil.{name}."],
            additional=[f"{bank}. 60 IN A 9.9.9.66"],
        ),
    )
    for _ in range(3):
        reply = served.ask(name)
        assert [str(record.rname) for record in reply.rr] == [f"{name}.", f"a.{name}."]
        assert (reply.auth, reply.ar) == ([], [])
    assert [str(record.rdata) for record in served.ask(bank).rr] == ["192.0.2.80"]


@pytest.mark.parametrize("length", [3, 40])
def test_a_chain_without_end_is_no_answer(served: Served, length: int) -> None:
    name = f"loop{length}.spoof.example"
    links = [name, *(f"l{number}.{name}" for number in range(length - 1)), name]
    chain = [f"{one}. 60 IN CNAME {other}." for one, other in itertools.pairwise(links)]
    served.upstream.on_both(name, saying(*chain))
    reply = served.ask(name)
    assert [record for record in reply.rr if record.rtype == 1] == []
    assert served.ask("after-loop.spoof.example").rr


@pytest.fixture(scope="module")
def misses(served: Served) -> list[Asked]:
    """What reached the upstream of questions with one id, asked one after the other."""
    start = len(served.upstream.log)
    with served.server.client(6) as client:
        for number in range(MISSES):
            client.send(query(f"miss{number}.spoof.example", packet_id=0x4242))
            assert client.recv(4096)[:2] == b"\x42\x42"
    asked = {one.name.lower(): one for one in served.upstream.log[start:]}
    return [asked[f"miss{number}.spoof.example"] for number in range(MISSES)]


def test_p088_source_ports_cannot_be_guessed(misses: list[Asked]) -> None:
    # RFC 5452 section 9.2.
    ports = [one.port for one in misses]
    assert len(set(ports)) >= 90
    assert max(ports) - min(ports) > 10_000
    assert ports != sorted(ports)


def test_p089_nor_can_ids(misses: list[Asked]) -> None:
    ids = [one.packet_id for one in misses]
    assert len(set(ids)) >= 95
    assert ids.count(0x4242) <= 1
    steps = {(later - earlier) % 65_536 for earlier, later in itertools.pairwise(ids)}
    assert len(steps) > 90


def test_nor_can_the_case_of_letters(misses: list[Asked]) -> None:
    # draft-vixie-dnsext-dns0x20.
    patterns = {bytes(octet & 0x20 for octet in one.question[-18:-4]) for one in misses}
    assert len(patterns) > 60


def test_an_upstream_that_changes_letters_is_still_asked(served: Served) -> None:
    for number in range(3):
        name = f"letters{number}.spoof.example"
        served.upstream.on(name, "lower-case")
        assert served.ask(name).rr


def all_at_once(served: Served, names: list[bytes]) -> list[bytes]:
    """The replies to questions that wait together, each from a client of its own."""

    def ask(number: int) -> bytes:
        reply = served.send(query(names[number], packet_id=number + 1))
        assert reply is not None
        return reply

    with ThreadPoolExecutor(TOGETHER) as pool:
        return list(pool.map(ask, range(len(names))))


@pytest.mark.parametrize("mixed", [pytest.param(False, id="P090"), pytest.param(True, id="P091")])
def test_equal_questions_are_asked_once(served: Served, mixed: bool) -> None:
    # RFC 5452 section 5; RFC 4343: in whatever letters they are asked.
    name = f"together{mixed:d}.spoof.example"
    served.upstream.on(name, "delay:1")
    names = [wire(name)] * TOGETHER
    if mixed:
        names = [_with_case(names[0], number * 0x9E37) for number in range(TOGETHER)]
    replies = all_at_once(served, names)
    assert served.asked(name) <= 3
    for number, reply in enumerate(replies):
        assert reply[:2] == (number + 1).to_bytes(2, "big")
        assert reply[12 : 12 + len(names[number])] == names[number]
        assert len(read(reply).rr) == 1


def _with_case(name: bytes, pattern: int) -> bytes:
    """The name with the letters in upper case whose bits are set."""
    return bytes(
        octet - 0x20 if 0x61 <= octet <= 0x7A and pattern >> at % 16 & 1 else octet
        for at, octet in enumerate(name)
    )
