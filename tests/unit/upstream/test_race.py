"""Two upstreams at a time: whoever answers first has won, and both are known for it."""

import asyncio
from collections.abc import Sequence

import pytest

from blocker.upstream.race import RACE
from blocker.upstream.routes import Upstreams
from blocker.upstream.url import upstream_from_url
from tests.support.asking import Bench, clock, run
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.quiet


def racing(*upstreams: ScriptedUpstream) -> Upstreams:
    return Upstreams([upstream_from_url(one.url, clock) for one in upstreams], strategy="parallel")


def expect_first(bench: Bench, seconds: Sequence[float]) -> None:
    """So quick each seems to be: the quickest is asked first."""
    for upstream, each in zip(bench.forwarder.upstreams, seconds, strict=True):
        for _ in range(60):
            upstream.health.heard(each)
    bench.forwarder._routes.refresh(clock())


def test_a_quick_answer_is_not_raced() -> None:
    with ScriptedUpstream() as one, ScriptedUpstream() as other:

        async def scenario(bench: Bench) -> None:
            expect_first(bench, [0.2, 0.3])
            assert (await bench.ask("a.example")).answers == 1

        run(racing(one, other), scenario)
        assert (len(one.log), len(other.log)) == (1, 0)


def test_the_second_starts_when_the_first_lets_wait_and_the_quicker_answer_counts() -> None:
    with ScriptedUpstream() as one, ScriptedUpstream() as other:
        one.on("a.example", "delay:0.75")

        async def scenario(bench: Bench) -> None:
            expect_first(bench, [0.5, 0.52])  # so that nobody is late before 1 s
            got = await bench.ask("a.example")
            assert got.answers == 1
            assert RACE <= got.seconds < 0.75
            first, second = bench.forwarder.upstreams
            before = first.health.srtt
            while first.health.srtt == before:  # noqa: ASYNC110 - nobody is told
                await asyncio.sleep(0.02)
            assert first.health.srtt > before  # the loser's answer came in time, and was noted
            assert second.health.srtt < 0.52
            assert not first.tally.errors
            assert not second.tally.errors

        run(racing(one, other), scenario)
        assert (len(one.log), len(other.log)) == (1, 1)


def test_a_loser_that_never_answers_is_down_before_long() -> None:
    with ScriptedUpstream() as one, ScriptedUpstream() as other:
        one.always("drop")

        async def scenario(bench: Bench) -> None:
            expect_first(bench, [0.2, 0.3])
            got = await bench.ask_all([f"n{number}.example" for number in range(3)])
            assert {one.answers for one in got} == {1}
            first, second = bench.forwarder.upstreams
            while not first.health.is_down:  # noqa: ASYNC110 - nobody is told
                await asyncio.sleep(0.02)
            assert first.tally.errors == {"timeout": 3}
            assert bench.forwarder._routes.common.preferred is second
            assert (await bench.ask("later.example")).answers == 1

        run(racing(one, other), scenario)


def test_when_the_second_fails_the_first_goes_on() -> None:
    with ScriptedUpstream() as one, ScriptedUpstream(tcp=False) as other:
        one.on("a.example", "delay:0.5")
        dead = upstream_from_url(other.tcp_url, clock)
        known = upstream_from_url(one.url, clock)

        async def scenario(bench: Bench) -> None:
            expect_first(bench, [0.45, 0.48])
            got = await bench.ask("a.example")
            assert got.answers == 1
            assert got.seconds >= 0.5
            assert dead.tally.errors == {"network": 1}

        run(Upstreams([known, dead], strategy="parallel"), scenario)
        assert len(one.log) == 1


def test_when_the_first_fails_the_second_is_waited_for() -> None:
    with ScriptedUpstream() as one, ScriptedUpstream() as other:
        one.on("a.example", "drop")
        other.on("a.example", "delay:0.4")

        async def scenario(bench: Bench) -> None:
            expect_first(bench, [0.2, 0.45])  # late at 0.4 s, and at 0.9 s after it was asked
            got = await bench.ask("a.example")
            assert got.answers == 1
            first, _ = bench.forwarder.upstreams
            assert first.tally.errors == {"timeout": 1}

        run(racing(one, other), scenario)
        assert (len(one.log), len(other.log)) == (1, 1)


def test_alone_there_is_no_race() -> None:
    with ScriptedUpstream() as one:
        one.on("a.example", "delay:0.5")

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("a.example")).answers == 1

        run(racing(one), scenario)
        assert len(one.log) == 1
