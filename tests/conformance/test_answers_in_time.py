"""How long answers live: with their TTLs, negative ones (RFC 2308), and past their time (RFC 8767).
Unbound's scenarios are among them.
"""

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from typing import Any

import pytest

from tests.conformance.scenarios import Play, Scenarios, Servers, asked_at_zero
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

pytestmark = pytest.mark.quiet

STALE, STALE_NXDOMAIN = 3, 19
LEAST = 3  # seconds, of a TTL with the server called strict

WAITING = Scenarios()


@pytest.fixture(scope="module")
def playing(
    served: Served, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[Play, "Future[None]"]]:
    """Every scenario under way, on servers that differ in their cache."""
    strict = f"cache: {{serve_stale: 0s, min_ttl: {LEAST}s}}\n"
    never = "cache: {max_ttl: 0s}\n"
    small = "cache: {size: 1MiB}\n"  # for one alone: what fills it pushes out all else
    with (
        serving(tmp_path_factory.mktemp("strict"), strict) as first,
        serving(tmp_path_factory.mktemp("never"), never) as second,
        serving(tmp_path_factory.mktemp("small"), small) as third,
        WAITING.under_way({"": served, "strict": first, "never": second, "small": third}) as plays,
    ):
        yield plays


def soa(ttl: int, minimum: int) -> str:
    return f"time.example. {ttl} IN SOA ns.time.example. host.time.example. 1 2 3 4 {minimum}"


def codes(reply: Any) -> list[int]:
    return [code for code, _ in extended_errors(reply)]


@WAITING.add("W001")
def what_was_asked_once_is_known(on: Servers) -> None:
    served, name = on[""], "once.time.example"
    served.upstream.on(name, saying(f"{name}. 60 IN A 9.9.9.9", flags={"aa": 1}))
    known = 0
    for _ in range(4):
        head = served.ask(name).header
        assert (head.rcode, head.aa, head.ra) == (NOERROR, 0, 1)
        known = known or served.asked(name)
    assert served.asked(name) == known


@WAITING.add("W003")
def answers_that_may_not_be_kept_are_not(on: Servers) -> None:
    served, name = on["never"], "changing.time.example"
    served.upstream.on(name, saying(f"{name}. 3600 IN A 9.9.9.1"))
    assert lines(served.ask(name).rr) == [f"{name}. 0 A 9.9.9.1"]
    served.upstream.on(name, saying(f"{name}. 3600 IN A 9.9.9.2"))
    assert lines(served.ask(name).rr) == [f"{name}. 0 A 9.9.9.2"]


@WAITING.add("W004")
def the_cache_does_not_outgrow_its_size(on: Servers) -> None:
    served, octets = on["small"], "x" * 250
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


@WAITING.add("W005")
def an_answer_ends_with_its_ttl(on: Servers) -> None:
    served, name = on["strict"], "short.time.example"
    served.upstream.on(name, saying(f"{name}. 4 IN A 9.9.9.9"))
    reply, clock = asked_at_zero(served, name)
    assert reply.rr[0].ttl == 4
    served.upstream.on_both(name, "rcode:5")
    for seconds in (1, 2, 3):
        clock.wait_until(seconds + 0.1)
        reply, aged = clock.asks(served, name)
        if clock.surely_before(4):
            assert 4 - reply.rr[0].ttl in aged
            assert reply.rr[0].ttl > 0
    clock.wait_until(4.1)
    assert served.ask(name).header.rcode == SERVFAIL


@WAITING.add("W007")
def a_ttl_below_the_least_is_raised(on: Servers) -> None:
    served, name = on["strict"], "least.time.example"
    served.upstream.on(name, saying(f"{name}. 1 IN A 9.9.9.9"))
    reply, clock = asked_at_zero(served, name)
    assert reply.rr[0].ttl == LEAST
    known = served.asked(name)
    clock.wait_until(1.1)
    reply, aged = clock.asks(served, name)
    if clock.surely_before(LEAST):
        assert LEAST - reply.rr[0].ttl in aged
        assert served.asked(name) == known


@WAITING.add("P058")
def a_negative_answer_counts_down(on: Servers) -> None:
    # RFC 2308 section 5: the lesser of the SOA's TTL and its last field.
    served = on[""]
    for name, ttl, minimum in (("nx.time.example", 300, 60), ("nx2.time.example", 60, 300)):
        served.upstream.on(name, saying(authority=[soa(ttl, minimum)], rcode=3))
        reply, clock = asked_at_zero(served, name)
        assert (reply.header.rcode, reply.auth[0].ttl) == (NXDOMAIN, 60)
        known = served.asked(name)
        clock.wait_until(2.1)
        reply, aged = clock.asks(served, name)
        assert (reply.header.rcode, 60 - reply.auth[0].ttl in aged) == (NXDOMAIN, True)
        assert served.asked(name) == known


@WAITING.add()
def a_negative_answer_ends(on: Servers) -> None:
    served, name = on[""], "nodata.time.example"
    served.upstream.on(name, saying(authority=[soa(300, 2)]))
    reply, clock = asked_at_zero(served, name, qtype=AAAA)
    assert (reply.header.rcode, reply.rr, reply.auth[0].ttl) == (NOERROR, [], 2)
    served.upstream.on(name, saying(f"{name}. 60 IN AAAA 2620:fe::9"))
    clock.wait_until(2.1)
    assert len(served.ask(name, AAAA).rr) == 1


@WAITING.add()
def without_an_soa_it_is_not_kept(on: Servers) -> None:
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


@WAITING.add("P061")
def what_an_alias_leads_to_may_not_exist(on: Servers) -> None:
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


@WAITING.add("W027")
def an_answer_past_its_time_is_better_than_none(on: Servers) -> None:
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


@WAITING.add("W028")
def an_answer_without_time_is_used_once(on: Servers) -> None:
    served, name = on[""], "zero.time.example"
    served.upstream.on(name, saying(f"{name}. 0 IN A 9.9.9.1"))
    assert lines(served.ask(name).rr) == [f"{name}. 0 A 9.9.9.1"]
    served.upstream.on(name, saying(f"{name}. 1 IN A 9.9.9.2"))
    assert lines(served.ask(name).rr) == [f"{name}. 1 A 9.9.9.2"]
    served.upstream.on_both(name, "rcode:2")
    time.sleep(1.2)
    assert lines(served.ask(name).rr) == [f"{name}. 30 A 9.9.9.2"]


@WAITING.add()
def a_late_answer_is_kept(on: Servers) -> None:
    served, name = on[""], "late.time.example"
    served.upstream.on(name, "delay:2.5")
    assert served.ask(name).rr
    asked = served.asked(name)
    assert served.ask(name).rr
    assert served.asked(name) == asked


@pytest.mark.parametrize("play", WAITING.cases)
def test_scenario(playing: Mapping[Play, "Future[None]"], play: Play) -> None:
    playing[play].result(30)
