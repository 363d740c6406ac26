"""How long answers live, and what is done without one: negative answers (RFC 2308), failures (RFC
9520), stale ones (RFC 8767), lost packets. Unbound's and hickory's scenarios are among them.

They wait, so they are played all at once; each asks about names of its own.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from tests.conformance.serving import Served, serving
from tests.support.packets import (
    AAAA,
    CNAME,
    NOERROR,
    NXDOMAIN,
    SERVFAIL,
    TXT,
    extended_errors,
    lines,
    opt,
)
from tests.support.steps import saying

STALE, STALE_NXDOMAIN, NO_REACHABLE_AUTHORITY, NETWORK_ERROR = 3, 19, 22, 23
TRIES = 3  # of a question with one server over one transport: RFC 9520 section 3.1
BUDGET = 6.0  # seconds; a stub resolver gives up after five, and a busy machine needs some
LEAST = 3  # seconds, of a TTL with the server called strict
REMEMBERED = 5.0  # seconds, of a failure

Scenario = Callable[[dict[str, Served]], None]
SCENARIOS: list[Any] = []


def scenario(*ids: str) -> Callable[[Scenario], Scenario]:
    def add(play: Scenario) -> Scenario:
        SCENARIOS.append(pytest.param(play, id=" ".join([*ids, play.__name__])))
        return play

    return add


@pytest.fixture(scope="module")
def playing(
    served: Served, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[Scenario, "Future[None]"]]:
    """Every scenario under way, on servers that differ in their cache."""
    strict = f"cache: {{serve_stale: 0s, size: 1MiB, min_ttl: {LEAST}s}}\n"
    never = "cache: {max_ttl: 0s}\n"
    folder = tmp_path_factory.mktemp
    with (
        serving(folder("strict"), strict) as first,
        serving(folder("never"), never) as second,
        ThreadPoolExecutor(len(SCENARIOS)) as pool,
    ):
        servers = {"": served, "strict": first, "never": second}
        plays = [each.values[0] for each in SCENARIOS]
        yield {play: pool.submit(play, servers) for play in plays}


class Clock:
    """Seconds since a moment that lies between two: what a TTL may have become meanwhile."""

    def __init__(self) -> None:
        self._before = time.monotonic()

    def started(self) -> None:
        self._after = time.monotonic()

    def wait_until(self, seconds: float) -> None:
        time.sleep(max(0.0, self._after + seconds - time.monotonic()))

    def surely_before(self, seconds: float) -> bool:
        """Whether these are not over yet: on a busy machine they may be."""
        return time.monotonic() < self._before + seconds

    def left_of(self, ttl: int) -> range:
        now = time.monotonic()
        return range(ttl - int(now - self._before) - 1, ttl - int(now - self._after) + 1)


def asked_at_zero(served: Served, name: str, **how: Any) -> tuple[Any, Clock]:
    clock = Clock()
    reply = served.ask(name, **how)
    clock.started()
    return reply, clock


def soa(ttl: int, minimum: int) -> str:
    return f"time.example. {ttl} IN SOA ns.time.example. host.time.example. 1 2 3 4 {minimum}"


def codes(reply: Any) -> list[int]:
    return [code for code, _ in extended_errors(reply)]


@scenario("W001")
def what_was_asked_once_is_known(on: dict[str, Served]) -> None:
    served, name = on[""], "once.time.example"
    served.upstream.on(name, saying(f"{name}. 60 IN A 9.9.9.9", flags={"aa": 1}))
    known = 0
    for _ in range(4):
        head = served.ask(name).header
        assert (head.rcode, head.aa, head.ra) == (NOERROR, 0, 1)
        known = known or served.asked(name)
    assert served.asked(name) == known


@scenario("W003")
def answers_that_may_not_be_kept_are_not(on: dict[str, Served]) -> None:
    served, name = on["never"], "changing.time.example"
    served.upstream.on(name, saying(f"{name}. 3600 IN A 9.9.9.1"))
    assert lines(served.ask(name).rr) == [f"{name}. 0 A 9.9.9.1"]
    served.upstream.on(name, saying(f"{name}. 3600 IN A 9.9.9.2"))
    assert lines(served.ask(name).rr) == [f"{name}. 0 A 9.9.9.2"]


@scenario("W004")
def the_cache_does_not_outgrow_its_size(on: dict[str, Served]) -> None:
    served, octets = on["strict"], "x" * 250
    large = " ".join([f'"{octets}"'] * 200)
    names = [f"large{number}.time.example" for number in range(24)]
    for name in names:
        served.upstream.on(name, "truncated")
        served.upstream.on_tcp(name, saying(f"{name}. 3600 IN TXT {large}"))
        assert len(served.ask(name, TXT, tcp=True).pack()) > 50_000
    before = served.asked(names[0])
    served.ask(names[0], TXT, tcp=True)
    assert served.asked(names[0]) > before
    metrics = served.server.http("GET", "/metrics").body.decode()
    (size,) = [line for line in metrics.splitlines() if line.startswith("blocker_cache_bytes ")]
    assert float(size.split()[1]) <= 1 << 20


@scenario("W005")
def an_answer_ends_with_its_ttl(on: dict[str, Served]) -> None:
    served, name = on["strict"], "short.time.example"
    served.upstream.on(name, saying(f"{name}. 4 IN A 9.9.9.9"))
    reply, clock = asked_at_zero(served, name)
    assert reply.rr[0].ttl == 4
    served.upstream.on_both(name, "rcode:5")
    for seconds in (1, 2, 3):
        clock.wait_until(seconds + 0.1)
        reply = served.ask(name)
        if clock.surely_before(4):
            assert reply.rr[0].ttl in clock.left_of(4)
            assert reply.rr[0].ttl > 0
    clock.wait_until(4.1)
    assert served.ask(name).header.rcode == SERVFAIL


@scenario("W007")
def a_ttl_below_the_least_is_raised(on: dict[str, Served]) -> None:
    served, name = on["strict"], "least.time.example"
    served.upstream.on(name, saying(f"{name}. 1 IN A 9.9.9.9"))
    reply, clock = asked_at_zero(served, name)
    assert reply.rr[0].ttl == LEAST
    known = served.asked(name)
    clock.wait_until(1.1)
    reply = served.ask(name)
    if clock.surely_before(LEAST):
        assert reply.rr[0].ttl in clock.left_of(LEAST)
        assert served.asked(name) == known


@scenario("W010")
def an_upstream_that_only_fails_is_asked_a_few_times(on: dict[str, Served]) -> None:
    served, name = on[""], "fails.time.example"
    served.upstream.on_both(name, "rcode:2")
    assert served.ask(name).header.rcode == SERVFAIL
    assert 1 <= served.asked(name) <= TRIES


@scenario("W012", "P074")
def a_silent_upstream_ends_in_servfail(on: dict[str, Served]) -> None:
    served, name = on[""], "silent.time.example"
    served.upstream.on_both(name, "drop")
    before = time.monotonic()
    with ThreadPoolExecutor(20) as pool:  # RFC 9520: however many ask
        replies = list(pool.map(lambda _: served.ask(name, edns=opt()), range(20)))
    assert time.monotonic() - before < BUDGET
    for reply in replies:
        assert reply.header.rcode == SERVFAIL
        ((code, text),) = extended_errors(reply)
        assert code in (NO_REACHABLE_AUTHORITY, NETWORK_ERROR)
        assert text == f"127.0.0.1#{served.upstream.port} timeout"
    assert served.asked(name, "udp") <= TRIES


@scenario("W013")
def nonsense_ends_in_servfail_too(on: dict[str, Served]) -> None:
    served, name = on[""], "nonsense.time.example"
    served.upstream.on_both(name, "garbage-id")
    assert served.ask(name).header.rcode == SERVFAIL
    assert served.ask(f"after.{name}").rr


@scenario()
def edns_that_is_not_understood_is_left_out(on: dict[str, Served]) -> None:
    # RFC 6891 section 6.2.2; of this upstream all others ask with it, so a server of its own.
    served, name = on["never"], "old.time.example"
    served.upstream.on_both(name, "no-edns")
    assert served.ask(name, edns=opt()).rr
    assert [bool(asked.opt) for asked in served.upstream.asked(name)][-1] is False


@scenario("P044")
def a_lost_packet_is_sent_again(on: dict[str, Served]) -> None:
    served, name = on[""], "lost.time.example"
    served.upstream.on(name, "drop", "answer")
    before = time.monotonic()
    assert served.ask(name).rr
    assert time.monotonic() - before < BUDGET / 2
    assert served.asked(name) >= 2


@scenario("P058")
def a_negative_answer_counts_down(on: dict[str, Served]) -> None:
    # RFC 2308 section 5: the lesser of the SOA's TTL and its last field.
    served = on[""]
    for name, ttl, minimum in (("nx.time.example", 300, 60), ("nx2.time.example", 60, 300)):
        served.upstream.on(name, saying(authority=[soa(ttl, minimum)], rcode=3))
        reply, clock = asked_at_zero(served, name)
        assert (reply.header.rcode, reply.auth[0].ttl) == (NXDOMAIN, 60)
        known = served.asked(name)
        clock.wait_until(2.1)
        reply = served.ask(name)
        assert (reply.header.rcode, reply.auth[0].ttl in clock.left_of(60)) == (NXDOMAIN, True)
        assert served.asked(name) == known


@scenario()
def a_negative_answer_ends(on: dict[str, Served]) -> None:
    served, name = on[""], "nodata.time.example"
    served.upstream.on(name, saying(authority=[soa(300, 2)]))
    reply, clock = asked_at_zero(served, name, qtype=AAAA)
    assert (reply.header.rcode, reply.rr, reply.auth[0].ttl) == (NOERROR, [], 2)
    served.upstream.on(name, saying(f"{name}. 60 IN AAAA 2620:fe::9"))
    clock.wait_until(2.1)
    assert len(served.ask(name, AAAA).rr) == 1


@scenario()
def without_an_soa_it_is_not_kept(on: dict[str, Served]) -> None:
    # Section 5: nothing says for how long.
    served = on[""]
    for name, rcode in (("nosoa.time.example", NOERROR), ("nosoanx.time.example", NXDOMAIN)):
        referral = saying(authority=["time.example. 300 IN NS ns.time.example."], rcode=rcode)
        served.upstream.on(name, referral)
        for _ in range(2):
            before = served.asked(name)
            reply = served.ask(name, AAAA)
            assert (reply.header.rcode, reply.rr, reply.auth) == (rcode, [], [])
            assert served.asked(name) > before


@scenario("P061")
def what_an_alias_leads_to_may_not_exist(on: dict[str, Served]) -> None:
    # RFC 6604 section 2: the rcode is of the last name, RFC 2308 section 2.1: so is the answer.
    served, name, target = on[""], "alias.time.example", "gone.time.example"
    alias = f"{name}. 60 IN CNAME {target}."
    nothing = saying(alias, authority=[soa(60, 60)], rcode=3)
    served.upstream.on(name, nothing)
    served.upstream.on(target, saying(authority=[soa(60, 60)], rcode=3))
    for _ in range(3):
        reply = served.ask(name)
        assert (reply.header.rcode, [record.rtype for record in reply.rr]) == (NXDOMAIN, [CNAME])
    assert served.ask(target).header.rcode == NXDOMAIN
    served.upstream.on(name, saying(alias))
    reply = served.ask(name, CNAME)
    assert (reply.header.rcode, len(reply.rr)) == (NOERROR, 1)


@scenario("P062", "W025")
def a_failure_is_remembered_for_seconds_only(on: dict[str, Served]) -> None:
    # RFC 9520 section 3.2: at least one, at most 300.
    served, name = on[""], "recovers.time.example"
    served.upstream.on_both(name, "rcode:2")
    reply, clock = asked_at_zero(served, name)
    assert reply.header.rcode == SERVFAIL
    asked = served.asked(name)
    for seconds in (0.5, 1.0):
        clock.wait_until(seconds)
        assert served.ask(name).header.rcode == SERVFAIL
    assert served.asked(name) == asked
    served.upstream.on_both(name, "answer")
    clock.wait_until(REMEMBERED + 0.2)
    assert served.ask(name).rr


@scenario("W027")
def an_answer_past_its_time_is_better_than_none(on: dict[str, Served]) -> None:
    # RFC 8767 section 4; RFC 8914 sections 4.4 and 4.20.
    served = on[""]
    said = {
        "stale.time.example": (saying("stale.time.example. 1 IN A 9.9.9.9"), NOERROR, STALE),
        "stalenodata.time.example": (saying(authority=[soa(10, 1)]), NOERROR, STALE),
        "stalenx.time.example": (saying(authority=[soa(1, 10)], rcode=3), NXDOMAIN, STALE_NXDOMAIN),
    }
    for name, (step, _, _) in said.items():
        served.upstream.on(name, step)
        served.ask(name)
        served.upstream.on_both(name, "rcode:2")
    time.sleep(1.2)
    for name, (_, rcode, code) in said.items():
        for _ in range(2):
            reply = served.ask(name, edns=opt())
            assert (reply.header.rcode, codes(reply)) == (rcode, [code])
            assert [record.ttl for record in (*reply.rr, *reply.auth)] == [30]


@scenario("W028")
def an_answer_without_time_is_used_once(on: dict[str, Served]) -> None:
    served, name = on[""], "zero.time.example"
    served.upstream.on(name, saying(f"{name}. 0 IN A 9.9.9.1"))
    assert lines(served.ask(name).rr) == [f"{name}. 0 A 9.9.9.1"]
    served.upstream.on(name, saying(f"{name}. 1 IN A 9.9.9.2"))
    assert lines(served.ask(name).rr) == [f"{name}. 1 A 9.9.9.2"]
    served.upstream.on_both(name, "rcode:2")
    time.sleep(1.2)
    assert lines(served.ask(name).rr) == [f"{name}. 30 A 9.9.9.2"]


@scenario()
def a_late_answer_is_kept(on: dict[str, Served]) -> None:
    served, name = on[""], "late.time.example"
    served.upstream.on(name, "delay:2.5")
    assert served.ask(name).rr
    asked = served.asked(name)
    assert served.ask(name).rr
    assert served.asked(name) == asked


@pytest.mark.parametrize("play", SCENARIOS)
def test_scenario(playing: dict[Scenario, "Future[None]"], play: Scenario) -> None:
    playing[play].result(30)
