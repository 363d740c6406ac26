"""tcp:// as a client of the resolver sees it."""

import pytest

from blocker.upstream import kept
from tests.support.asking import Bench, run
from tests.support.upstream import ScriptedUpstream


def test_many_questions_share_one_connection_and_answers_come_in_any_order() -> None:
    with ScriptedUpstream() as upstream:
        names = [f"n{number}.example" for number in range(50)]
        for number, name in enumerate(names):
            upstream.on_tcp(name, f"delay:{0.2 - number * 0.004}")

        async def scenario(bench: Bench) -> None:
            got = await bench.ask_all(names)
            assert [one.packet_id for one in got] == list(range(1, 51))
            assert {one.answers for one in got} == {1}
            assert got[0].seconds > got[-1].seconds

        run([upstream.tcp_url], scenario)
        assert upstream.connections == 1
        assert {one.transport for one in upstream.log} == {"tcp"}
        assert len({one.packet_id for one in upstream.log}) == 50


def test_a_connection_closed_while_idle_is_opened_again_unseen() -> None:
    with ScriptedUpstream() as upstream:
        upstream.on_tcp("b.example", "close", "answer")

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("a.example")).answers == 1
            got = await bench.ask("b.example")  # the question crosses the closing
            assert got.answers == 1
            assert got.seconds < 0.5
            assert not bench.forwarder.upstreams[0].tally.errors

        run([upstream.tcp_url], scenario)
        assert upstream.connections == 2


def test_a_question_that_was_lost_is_asked_again_on_the_same_connection() -> None:
    with ScriptedUpstream() as upstream:
        upstream.on_tcp("b.example", "drop", "answer")

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("a.example")).answers == 1
            assert (await bench.ask("b.example")).answers == 1

        run([upstream.tcp_url], scenario)
        assert upstream.connections == 1


def test_it_is_asked_again_once_only() -> None:
    with ScriptedUpstream() as upstream:
        upstream.on_tcp("b.example", "close")

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("a.example")).answers == 1
            got = await bench.ask("b.example")
            assert got.rcode == 2
            assert got.ede == (23, f"127.0.0.1#{upstream.port} connection closed")

        run([upstream.tcp_url], scenario)
        assert len(upstream.asked("b.example")) <= 4


@pytest.mark.parametrize("carries,most", [(1, 60), (10, 8)])
def test_a_server_that_answers_few_questions_on_a_connection_loses_none(
    carries: int, most: int
) -> None:
    with ScriptedUpstream(carries=carries) as upstream:

        async def scenario(bench: Bench) -> None:
            for burst in range(2):
                names = [f"n{number}.b{burst}.example" for number in range(60)]
                for name in names:
                    upstream.on_tcp(name, "delay:0.02")
                before = upstream.connections
                got = await bench.ask_all(names)
                assert {one.answers for one in got} == {1}
                assert upstream.connections - before <= most
            (asked,) = bench.forwarder.upstreams
            assert not asked.tally.errors["network"]

        run([upstream.tcp_url], scenario)


@pytest.mark.quiet
def test_a_server_that_answers_one_question_on_a_connection_is_not_thought_silent(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with ScriptedUpstream(carries=1) as upstream:
        names = [f"n{number}.example" for number in range(100)]
        for name in names:
            upstream.on_tcp(name, "delay:0.1")

        async def scenario(bench: Bench) -> None:
            assert {one.answers for one in await bench.ask_all(names)} == {1}
            (asked,) = bench.forwarder.upstreams
            assert asked.tally.errors["timeout"] > 3  # those that waited for their turn

        run([upstream.tcp_url], scenario)
    assert "is down" not in caplog.text


def test_a_question_that_ends_every_connection_does_not_do_so_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kept, "LOSSES", 3)
    with ScriptedUpstream() as upstream:
        upstream.on_tcp("b.example", "close")

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("first.example")).answers == 1
            others = [f"n{number}.example" for number in range(60)]
            assert (await bench.ask_all(["b.example", *others]))[0].rcode == 2

        run([upstream.tcp_url], scenario)
        assert len(upstream.asked("b.example")) <= 3 * (1 + 3)


def test_a_peer_gone_without_a_word_is_asked_on_a_new_connection() -> None:
    with ScriptedUpstream() as upstream:
        upstream.on_tcp("b.example", "mute", "answer")

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("a.example")).answers == 1
            got = await bench.ask("b.example")
            assert got.answers == 1
            assert got.seconds < 1.5

        run([upstream.tcp_url], scenario)
        assert upstream.connections == 2


def test_nonsense_on_the_connection_is_a_failure() -> None:
    with ScriptedUpstream() as upstream:
        upstream.on_tcp("a.example", "wrong-question", "answer")
        upstream.on_tcp("b.example", "wrong-id+answer")

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("a.example")).answers == 1
            assert (await bench.ask("b.example")).answers == 1

        run([upstream.tcp_url], scenario)


def test_nobody_listening_is_a_network_error() -> None:
    with ScriptedUpstream(tcp=False) as upstream:

        async def scenario(bench: Bench) -> None:
            got = await bench.ask("a.example")
            assert got.rcode == 2
            assert got.seconds < 1
            assert got.ede == (23, f"127.0.0.1#{upstream.port} connection refused")

        run([upstream.tcp_url], scenario)


def test_edns_not_understood_is_left_out() -> None:
    with ScriptedUpstream() as upstream:
        names = ("a.example", "b.example", "c.example", "d.example")
        for name in names:
            upstream.on_tcp(name, "no-edns-bare")

        async def scenario(bench: Bench) -> None:
            for name in names:
                assert (await bench.ask(name)).answers == 1

        run([upstream.tcp_url], scenario)
        assert [one.opt for one in upstream.log] == [True, False] * 3 + [False]
