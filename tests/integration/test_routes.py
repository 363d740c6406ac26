"""A forwarder among several upstreams: a zone's, a group's and those of all, on real sockets."""

import asyncio

import pytest

from blocker.core.engine import View
from blocker.core.names import from_text
from blocker.core.policy import NoRules, Policy, Rule
from blocker.upstream.base import Upstream
from blocker.upstream.routes import Upstreams
from blocker.upstream.url import upstream_from_url
from tests.support.asking import Bench, clock, run
from tests.support.resolver import ByAddress
from tests.support.rules import listed, local, policy
from tests.support.upstream import ScriptedUpstream

KID, OTHER = "127.0.0.10", "127.0.0.11"
KIDS = b"kids\0"
LAN = from_text("box")


def at(upstream: ScriptedUpstream) -> list[Upstream]:
    return [upstream_from_url(upstream.url, clock)]


def views(*rules: Rule) -> ByAddress:
    """A kid's has upstreams of its own, and these rules."""
    own = policy(*rules) if rules else Policy(NoRules())
    return ByAddress({KID: View(own, upstreams=KIDS)})


def asked(*upstreams: ScriptedUpstream) -> list[list[str]]:
    return [[one.name.lower() for one in upstream.log] for upstream in upstreams]


def test_each_question_goes_where_it_belongs() -> None:
    with ScriptedUpstream() as common, ScriptedUpstream() as own, ScriptedUpstream() as lan:

        async def scenario(bench: Bench) -> None:
            for name, client in (
                ("a.example", OTHER), ("b.example", KID), ("nas.box", OTHER), ("tv.box", KID),
            ):  # fmt: skip
                assert (await bench.ask(name, client=client)).answers == 1

        run(Upstreams(at(common), {KIDS: at(own)}, {LAN: at(lan)}), scenario, views())
        assert asked(common, own, lan) == [["a.example"], ["b.example"], ["nas.box", "tv.box"]]


def test_a_group_s_answers_are_no_others_answers() -> None:
    with ScriptedUpstream() as common, ScriptedUpstream() as own:
        own.on("a.example", "alias:safe.example")

        async def scenario(bench: Bench) -> None:
            for _ in range(4):  # asked, from the answers, ready, ready
                assert (await bench.ask("a.example", client=OTHER)).answers == 1
                assert (await bench.ask("a.example", client=KID)).answers == 2

        run(Upstreams(at(common), {KIDS: at(own)}), scenario, views())
        assert asked(common, own) == [["a.example"], ["a.example"]]


def test_equal_questions_in_flight_of_two_groups_are_two() -> None:
    with ScriptedUpstream() as common, ScriptedUpstream() as own:
        common.always("delay:0.1")
        own.always("alias:safe.example")

        async def scenario(bench: Bench) -> None:
            clients = [OTHER, KID] * 5
            got = await asyncio.gather(*(bench.ask("a.example", client=one) for one in clients))
            assert [one.answers for one in got] == [1, 2] * 5

        run(Upstreams(at(common), {KIDS: at(own)}), scenario, views())
        assert asked(common, own) == [["a.example"], ["a.example"]]


@pytest.mark.parametrize("broken", ["common", "own"])
def test_nobody_else_is_asked_when_those_of_a_group_fail(broken: str) -> None:
    with ScriptedUpstream() as common, ScriptedUpstream() as own:
        (common if broken == "common" else own).always("rcode:2")

        async def scenario(bench: Bench) -> None:
            for client, whose in ((OTHER, "common"), (KID, "own")):
                got = await bench.ask("a.example", client=client)
                assert (got.rcode, got.answers) == ((2, 0) if whose == broken else (0, 1))

        run(Upstreams(at(common), {KIDS: at(own)}), scenario, views())
        assert set(asked(common, own)[0]) == set(asked(common, own)[1]) == {"a.example"}


def test_one_upstream_for_a_group_and_for_all_is_one() -> None:
    with ScriptedUpstream() as upstream:

        async def scenario(bench: Bench) -> None:
            assert len(bench.forwarder.upstreams) == 1
            for client in (OTHER, KID):
                assert (await bench.ask("a.example", client=client)).answers == 1
            assert bench.forwarder.upstreams[0].tally.requests == 2

        run(Upstreams(at(upstream), {KIDS: at(upstream)}), scenario, views())


def test_a_reload_puts_others_in_their_place() -> None:
    with ScriptedUpstream() as common, ScriptedUpstream() as old, ScriptedUpstream() as new:
        old.on("slow.box", "delay:0.2")

        async def scenario(bench: Bench) -> None:
            before = bench.forwarder.upstreams[0]
            slow = asyncio.create_task(bench.ask("slow.box"))
            await asyncio.sleep(0.05)
            bench.forwarder.replace(Upstreams(at(common), zones={LAN: at(new)}))
            assert bench.forwarder.upstreams[0] is before  # asked before, so it goes on as it is
            assert (await bench.ask("nas.box")).answers == 1
            assert (await slow).answers == 1  # by the one that was asked
            bench.forwarder.replace(Upstreams(at(common)))
            assert (await bench.ask("tv.box")).answers == 1

        run(Upstreams(at(common), zones={LAN: at(old)}), scenario)
        assert asked(common, old, new) == [["tv.box"], ["slow.box"], ["nas.box"]]


def test_an_alias_of_a_group_s_own_is_followed_at_its_upstreams() -> None:
    with ScriptedUpstream() as common, ScriptedUpstream() as own:

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("www.example", client=KID)).answers == 2
            assert (await bench.ask("www.example", client=OTHER)).answers == 1

        alias = local("=www.example", "safe.example")
        run(Upstreams(at(common), {KIDS: at(own)}), scenario, views(alias))
        assert asked(common, own) == [["www.example"], ["safe.example"]]


def test_what_an_answer_leads_to_is_dropped_for_those_whose_rule_says_so() -> None:
    with ScriptedUpstream() as upstream:
        upstream.always("alias:ads.example")

        async def scenario(bench: Bench) -> None:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(bench.ask("a.example", client=KID), 0.3)
            assert (len(bench.waiting), bench.withheld) == (1, 1)  # nothing was sent
            assert bench.forwarder.in_flight == 0  # and nothing is kept for it
            assert (await bench.ask("a.example", client=OTHER)).answers == 2

        shared = views(listed("ads.example", mode="drop"))
        run(Upstreams(at(upstream), {KIDS: at(upstream)}), scenario, shared)
