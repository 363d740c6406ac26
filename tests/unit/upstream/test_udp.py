"""Questions in datagrams: what leaves, and which answers count."""

import socket
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocker.core.wire import parse_query
from blocker.upstream.base import Attempt, Exchange
from blocker.upstream.endpoint import Endpoint
from blocker.upstream.packet import Entropy
from blocker.upstream.ports import Port
from blocker.upstream.udp import UdpUpstream
from tests.support.asking import Bench, clock, query_packet, run
from tests.support.steps import response
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.quiet

ECS = bytes((0, 8, 0, 7, 0, 1, 24, 0, 192, 0, 2))  # who asks; the upstream must not know


class Poor(Entropy):
    """The same id and the same port for every question, until a second id is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.spare = iter(range(2, 60_000))

    def take(self, count: int) -> bytes:
        return next(self.spare).to_bytes(2, "big") if count == 2 else b"\x00\x01" + bytes(count - 2)


def errors(bench: Bench) -> dict[str, int]:
    return dict(bench.forwarder.upstreams[0].tally.errors)


def test_ids_ports_and_letters_cannot_be_predicted() -> None:
    with ScriptedUpstream() as upstream:

        async def scenario(bench: Bench) -> None:
            got = await bench.ask_all([f"number{one}.some-name.example" for one in range(100)])
            assert [one.packet_id for one in got] == list(range(1, 101))

        run([upstream.url], scenario)
        asked = upstream.log
    assert len(asked) == 100
    ids = [one.packet_id for one in asked]
    assert len(set(ids)) >= 95
    assert ids != list(range(1, 101))
    assert 20 < sum(a < b for a, b in pairwise(ids)) < 80
    ports = [one.port for one in asked]
    assert len(set(ports)) >= 90
    assert max(ports) - min(ports) > 10_000
    assert 20 < sum(a < b for a, b in pairwise(ports)) < 80
    tails = {one.name.partition(".")[2] for one in asked}
    assert len(tails) > 90
    assert {tail.lower() for tail in tails} == {"some-name.example"}


def test_only_our_own_options_go_out() -> None:
    with ScriptedUpstream() as upstream:

        async def scenario(bench: Bench) -> None:
            await bench.ask("a.example", do=True, options=ECS)
            await bench.ask("b.example", options=ECS)

        run([upstream.url], scenario)
        (with_do, without) = upstream.log
    end = b"\x00\x00\x29\x04\xd0\x00\x00%b\x00\x00\x00"
    assert with_do.packet.endswith(end % b"\x80")
    assert without.packet.endswith(end % b"\x00")


@pytest.mark.parametrize("bad", ["wrong-id", "wrong-question", "no-question", "query", "cut"])
def test_after_a_packet_that_may_be_forged_tcp_is_asked(bad: str) -> None:
    with ScriptedUpstream() as upstream:
        upstream.on("a.example", f"{bad}+answer")

        async def scenario(bench: Bench) -> None:
            got = await bench.ask("a.example")
            assert (got.rcode, got.answers) == (0, 1)
            assert got.seconds < 0.5
            assert errors(bench) == {"mismatch": 1}
            assert bench.forwarder.upstreams[0].health.failures == 0

        run([upstream.url], scenario)
        assert [one.transport for one in upstream.log] == ["udp", "tcp"]


def test_a_forged_packet_without_tcp_costs_another_question() -> None:
    with ScriptedUpstream(tcp=False) as upstream:
        upstream.on("a.example", "wrong-question", "answer")

        async def scenario(bench: Bench) -> None:
            got = await bench.ask("a.example")
            assert got.answers == 1
            assert bench.forwarder.upstreams[0].health.failures == 0

        run([upstream.url], scenario)
        assert len(upstream.log) == 2


def test_what_comes_from_elsewhere_is_not_heard() -> None:
    with ScriptedUpstream() as upstream:
        upstream.on("a.example", "wrong-port+answer")

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("a.example")).answers == 1
            assert errors(bench) == {}

        run([upstream.url], scenario)
        assert len(upstream.log) == 1


@pytest.mark.parametrize("noise", ["garbage", "empty"])
def test_garbage_is_not_the_end_of_waiting(noise: str) -> None:
    with ScriptedUpstream() as upstream:
        upstream.on("a.example", f"{noise}+delay:0.1")
        upstream.on("b.example", noise, "answer")

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("a.example")).answers == 1
            got = await bench.ask("b.example")
            assert got.answers == 1
            assert got.seconds < 1.5

        run([upstream.url], scenario)
        assert len(upstream.asked("a.example")) == 1
        assert len(upstream.asked("b.example")) == 2


def test_a_server_that_changes_case_costs_one_question_once() -> None:
    with ScriptedUpstream() as upstream:
        upstream.always("lower-case")

        async def scenario(bench: Bench) -> None:
            for name in ("some-longer-name.example", "other-longer-name.example"):
                got = await bench.ask(name)
                assert got.answers == 1
                assert got.seconds < 0.5

        run([upstream.url], scenario)
        assert [one.transport for one in upstream.log] == ["udp", "tcp", "udp"]
        assert upstream.log[-1].name == "other-longer-name.example"


def test_a_server_that_changes_case_and_has_no_tcp_still_answers() -> None:
    with ScriptedUpstream(tcp=False) as upstream:
        upstream.always("lower-case")

        async def scenario(bench: Bench) -> None:
            got = await bench.ask("some-longer-name.example")
            assert got.answers == 1
            assert got.seconds < 1

        run([upstream.url], scenario)


def test_a_truncated_answer_is_asked_for_over_tcp_and_never_passed_on() -> None:
    with ScriptedUpstream() as upstream:
        upstream.always("truncated")
        upstream.on_tcp("refused.example", "close")

        async def scenario(bench: Bench) -> None:
            got = await bench.ask("a.example")
            assert got.answers == 1
            assert not got.packet[2] & 0x02
            assert errors(bench) == {"truncated": 1}
            failed = await bench.ask("refused.example")
            assert failed.rcode == 2
            assert not failed.packet[2] & 0x02
            assert len(bench.engine.answers) == 1

        run([upstream.url], scenario)


def test_an_answer_that_comes_twice_is_used_once() -> None:
    with ScriptedUpstream() as upstream:
        upstream.always("duplicate")

        async def scenario(bench: Bench) -> None:
            for number in range(20):
                assert (await bench.ask(f"n{number}.example")).answers == 1
            assert errors(bench) == {}

        run([upstream.url], scenario)
        assert len(upstream.log) == 20


def test_records_nobody_asked_for_are_left_out() -> None:
    with ScriptedUpstream() as upstream:
        upstream.always("extra")

        async def scenario(bench: Bench) -> None:
            got = await bench.ask("a.example")
            assert got.answers == 1
            assert b"other" not in got.packet

        run([upstream.url], scenario)


def test_an_id_that_is_taken_is_not_used_again_on_that_port() -> None:
    with ScriptedUpstream() as upstream:
        upstream.always("delay:0.05")

        async def scenario(bench: Bench) -> None:
            (udp,) = bench.forwarder.upstreams
            assert isinstance(udp, UdpUpstream)
            udp._entropy = Poor()
            got = await bench.ask_all([f"n{number}.example" for number in range(150)])
            assert {one.answers for one in got} == {1}

        run([upstream.url], scenario)
        seen = [(one.port, one.packet_id) for one in upstream.log]
        assert len(set(seen)) == 150


@given(tail=st.binary(max_size=120), mutated=st.lists(st.integers(0, 60), max_size=4))
@settings(max_examples=300, deadline=None)
def test_no_datagram_is_trouble_and_only_a_good_one_is_an_answer(
    tail: bytes, mutated: list[int]
) -> None:
    upstream = UdpUpstream("udp://192.0.2.53", Endpoint.of("192.0.2.53", 53), clock)
    heard = upstream._sink = Heard()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        port = Port(sock, upstream, 0.0)
        query = parse_query(query_packet("a.example"))
        query.keyed()
        exchange = Exchange(query, None, 0.0, None)  # type: ignore[arg-type]
        made = Attempt(exchange, upstream, port.pending, b"ok", query.question, 0.0, True)
        port.pending[b"ok"] = made
        good = response(b"ok", query.question)
        changed = bytearray(good)
        for at in mutated:
            changed[at % len(good)] ^= 0x41
        for message in (tail, b"ok" + tail, good[:12] + tail, bytes(changed)):
            upstream.received(port, message, 1.0)
            port.pending[b"ok"] = made
    for message in heard.answers:
        assert message[:2] == b"ok"
        assert message[2] & 0xFA == 0x80
        assert message[12 : 12 + len(query.question)] == query.question


class Heard:
    """A sink that keeps what is passed for an answer."""

    def __init__(self) -> None:
        self.answers: list[bytes] = []

    def answered(self, attempt: Attempt, message: bytes, now: float) -> None:
        self.answers.append(message)

    def truncated(self, attempt: Attempt, now: float) -> None: ...
    def doubted(self, attempt: Attempt, now: float, *, case: bool = False) -> None: ...
    def ununderstood(self, attempt: Attempt, now: float) -> None: ...
    def failed(self, attempt: Attempt, text: str, now: float) -> None: ...
