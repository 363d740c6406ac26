"""What is done when the first answer does not simply come."""

import asyncio

import pytest

from blocker.upstream import recovery
from tests.support.asking import Bench, run
from tests.support.ports import free_port
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.quiet


def test_a_lost_packet_is_sent_again_within_the_first_second() -> None:
    with ScriptedUpstream() as upstream:
        upstream.on("a.example", "drop", "answer")

        async def scenario(bench: Bench) -> None:
            got = await bench.ask("a.example")
            assert got.answers == 1
            assert 0.9 < got.seconds < 1.3

        run([upstream.url], scenario)


def test_from_a_quick_server_a_lost_packet_is_missed_sooner() -> None:
    with ScriptedUpstream() as upstream:
        upstream.on("a.example", "drop", "answer")

        async def scenario(bench: Bench) -> None:
            for number in range(20):
                await bench.ask(f"n{number}.example")
            got = await bench.ask("a.example")
            assert got.answers == 1
            assert 0.15 < got.seconds < 0.4

        run([upstream.url], scenario)


def test_a_late_answer_of_an_earlier_try_counts() -> None:
    with ScriptedUpstream() as upstream:
        upstream.on("a.example", "delay:1.3", "drop")

        async def scenario(bench: Bench) -> None:
            got = await bench.ask("a.example")
            assert got.answers == 1
            assert 1.3 <= got.seconds < 1.5

        run([upstream.url], scenario)
        assert len(upstream.log) == 2


def test_silence_is_a_failure_after_four_seconds_and_three_questions() -> None:
    with ScriptedUpstream() as one, ScriptedUpstream() as other:
        for upstream in (one, other):
            upstream.always("drop")

        async def scenario(bench: Bench) -> None:
            got = await bench.ask("a.example")
            assert got.rcode == 2
            assert 3.9 < got.seconds < 4.3
            assert got.ede is not None
            assert got.ede[0] == 22
            assert got.ede[1].endswith(" timeout")
            assert bench.forwarder.in_flight == 0

        run([one.url, other.url], scenario)
        assert max(len(one.log), len(other.log)) <= 3


def test_a_failing_rcode_moves_on_to_the_next_upstream() -> None:
    with ScriptedUpstream() as bad, ScriptedUpstream() as good:
        bad.always("rcode:2")

        async def scenario(bench: Bench) -> None:
            for number in range(8):
                got = await bench.ask(f"n{number}.example")
                assert got.answers == 1
                assert got.seconds < 0.3
            tallies = {one.url: one.tally for one in bench.forwarder.upstreams}
            assert tallies[bad.url].errors["rcode"] >= 1
            assert not tallies[good.url].errors

        run([bad.url, good.url], scenario)


@pytest.mark.parametrize("rcode", [(2, "SERVFAIL"), (6, "YXDOMAIN"), (9, "NOTAUTH"), (11, "11")])
def test_when_all_fail_so_does_the_answer(rcode: tuple[int, str]) -> None:
    with ScriptedUpstream() as one, ScriptedUpstream() as other:
        for upstream in (one, other):
            upstream.always(f"rcode:{rcode[0]}")

        async def scenario(bench: Bench) -> None:
            got = await bench.ask("a.example")
            assert got.rcode == 2
            assert got.seconds < 0.3
            assert got.ede is not None
            assert got.ede[0] == 22
            assert got.ede[1].endswith(f" {rcode[1]}")

        run([one.url, other.url], scenario)
        assert (len(one.log), len(other.log)) == (1, 1)


@pytest.mark.parametrize("refusal", ["no-edns", "no-edns-bare", "bad-version"])
def test_edns_not_understood_is_left_out_and_that_is_remembered(refusal: str) -> None:
    with ScriptedUpstream() as upstream:
        upstream.always(refusal)

        async def scenario(bench: Bench) -> None:
            for name in ("a.example", "b.example", "c.example", "d.example"):
                assert (await bench.ask(name)).answers == 1

        run([upstream.url], scenario)
        assert [one.opt for one in upstream.log] == [True, False] * 3 + [False]


@pytest.mark.parametrize("refusal", ["no-edns", "no-edns-bare"])
@pytest.mark.parametrize("before", ["answer", "no-edns"])
def test_names_that_are_odd_in_themselves_take_edns_from_nobody(refusal: str, before: str) -> None:
    with ScriptedUpstream() as upstream:
        upstream.on("before.example", before)
        several = [f"odd{number}.example" for number in range(5)]
        names = several if before == "answer" else ["odd.example"] * 3
        for name in names:
            upstream.on(name, refusal)

        async def scenario(bench: Bench) -> None:
            await bench.ask("before.example")
            for number, name in enumerate(names):
                assert (await bench.ask(name, qtype=65280 + number, do=True)).answers == 1
            await bench.ask("a.example", do=True)

        run([upstream.url], scenario)
        assert [one.opt for one in upstream.asked("a.example")] == [True]


def test_a_refusal_without_a_question_may_be_forged_and_the_answer_still_counts() -> None:
    with ScriptedUpstream() as upstream:
        upstream.on("a.example", "no-edns-bare+delay:0.1", "drop")

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("a.example")).answers == 1
            await bench.ask("b.example")

        run([upstream.url], scenario)
        assert [one.opt for one in upstream.log] == [True, False, True]


def test_a_formerr_that_edns_is_not_to_blame_for_is_a_failure() -> None:
    with ScriptedUpstream() as upstream:
        upstream.on("a.example", "rcode:1")

        async def scenario(bench: Bench) -> None:
            got = await bench.ask("a.example")
            assert got.rcode == 2
            assert got.seconds < 0.3
            await bench.ask("b.example")

        run([upstream.url], scenario)
        assert [one.opt for one in upstream.log] == [True, False, True]


@pytest.mark.parametrize("scheme", ["udp", "tcp"])
def test_an_answer_that_is_whole_and_of_no_use_is_not_waited_out(scheme: str) -> None:
    # Aliases that go round: over TCP nobody forged that, and no better answer is on its way.
    with ScriptedUpstream() as upstream, ScriptedUpstream() as other:
        upstream.on("loop.example", "alias:loop.example")
        upstream.on_tcp("loop.example", "alias:loop.example")
        other.on("loop.example", "alias:loop.example")
        other.on_tcp("loop.example", "alias:loop.example")

        async def scenario(bench: Bench) -> None:
            for number in range(5):
                got = await bench.ask("loop.example", qtype=28 + number)
                assert got.rcode == 2
                assert got.ede is not None
                assert "sent no usable answer" in got.ede[1]
            assert (await bench.ask("a.example")).answers == 1  # nobody is thought to be down

        urls = [one.url if scheme == "udp" else one.tcp_url for one in (upstream, other)]
        run(urls, scenario)
        assert len(upstream.asked("loop.example")) <= 2 * 5


def test_one_that_is_gone_is_passed_over_at_once_and_found_again() -> None:
    port = free_port()
    with ScriptedUpstream() as good, ScriptedUpstream(port=port) as bad:

        async def scenario(bench: Bench) -> None:
            for number in range(10):
                assert (await bench.ask(f"n{number}.example")).answers == 1
            bad.stop()
            for number in range(100):
                got = await bench.ask(f"m{number}.example")
                assert got.answers == 1
                assert got.seconds < 0.3
            gone = next(one for one in bench.forwarder.upstreams if str(port) in one.url)
            for _ in range(3):
                gone.health.failed(0.0)
            assert gone.health.is_down
            with ScriptedUpstream(port=port) as again:
                for number in range(20):
                    assert (await bench.ask(f"k{number}.example")).seconds < 0.3
                    await asyncio.sleep(0.03)
                assert again.log
                assert not gone.health.is_down

        run([good.url, bad.url], scenario)


def test_a_stale_answer_comes_after_the_client_timer_and_the_exchange_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recovery, "CLIENT_TIMER", 0.4)
    with ScriptedUpstream() as upstream:
        upstream.on("a.example", "answer", "delay:0.9")

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("a.example")).answers == 1
            (known,) = bench.engine.answers._answers.values()
            known.expires = known.born
            first, second = await asyncio.gather(bench.ask("a.example"), bench.ask("a.example", 2))
            for got in (first, second):
                assert got.answers == 1
                assert got.ede == (3, "")
                assert 0.4 <= got.seconds < 0.6
            assert bench.forwarder.in_flight == 0
            assert bench.forwarder._exchanges
            third = await bench.ask("a.example")  # joins the exchange that goes on
            assert third.ede == (3, "")
            assert third.seconds < 0.15
            await asyncio.sleep(0.6)
            assert not bench.forwarder._exchanges
            fresh = await bench.ask("a.example")
            assert fresh.ede is None
            assert fresh.seconds < 0.05

        run([upstream.url], scenario)
        # The quick server's late answer was given a chance, then it was asked again.
        assert 2 <= len(upstream.log) <= 4


def test_an_answer_that_comes_after_the_failure_is_kept() -> None:
    with ScriptedUpstream() as upstream:
        upstream.on("a.example", "delay:4.4", "drop")

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("a.example")).rcode == 2
            await asyncio.sleep(0.6)
            got = await bench.ask("a.example")
            assert (got.answers, got.seconds < 0.3) == (1, True)

        run([upstream.url], scenario)


@pytest.mark.parametrize("again", ["answer", "truncated"])
def test_when_an_upstream_is_back_what_failed_is_asked_again_at_once(again: str) -> None:
    with ScriptedUpstream() as upstream:
        upstream.always("drop")
        upstream.on("b.example", again)

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("a.example")).rcode == 2
            upstream.always("answer")
            assert (await bench.ask("b.example")).answers == 1
            got = await bench.ask("a.example")
            assert (got.answers, got.seconds < 0.3) == (1, True)

        run([upstream.url], scenario)


def test_a_stale_answer_comes_when_all_fail() -> None:
    with ScriptedUpstream() as upstream:
        upstream.on("a.example", "answer", "rcode:2")

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("a.example")).answers == 1
            (known,) = bench.engine.answers._answers.values()
            known.expires = known.born
            got = await bench.ask("a.example")
            assert (got.rcode, got.answers, got.ede) == (0, 1, (3, ""))

        run([upstream.url], scenario)


def test_a_thousand_questions_to_a_dead_upstream_end_in_good_order() -> None:
    with ScriptedUpstream(tcp=False) as upstream:
        upstream.stop()

        async def scenario(bench: Bench) -> None:
            got = await bench.ask_all([f"n{number}.example" for number in range(900)])
            assert {one.rcode for one in got} == {2}
            assert {one.ede[0] for one in got if one.ede} == {23}
            assert max(one.seconds for one in got) < 2
            assert bench.forwarder.in_flight == 0
            assert not bench.forwarder._exchanges

        run([upstream.url], scenario)
