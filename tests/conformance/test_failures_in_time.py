"""What is done without an answer: failures (RFC 9520), lost packets, nonsense, old servers (RFC
6891); and of clients that neither ask nor go (RFC 7766). Unbound's and hickory's are among them.
"""

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

import pytest

from tests.conformance.scenarios import Play, Scenarios, Servers, asked_at_zero
from tests.conformance.serving import BLOCKED, Served, framed, received, serving
from tests.support.packets import SERVFAIL, extended_errors, opt, query

pytestmark = pytest.mark.quiet

NO_REACHABLE_AUTHORITY, NETWORK_ERROR = 22, 23
TRIES = 3  # of a question with one server over one transport: RFC 9520 section 3.1
BUDGET = 6.0  # seconds; a stub resolver gives up after five, and a busy machine needs some
REMEMBERED = 5.0  # seconds, of a failure
DEADLINE = 10.0  # seconds for a message to be whole

WAITING = Scenarios()


@pytest.fixture(scope="module")
def playing(
    served: Served, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[Play, "Future[None]"]]:
    """Every scenario under way; an upstream from before EDNS has a server of its own."""
    with (
        serving(tmp_path_factory.mktemp("old")) as old,
        WAITING.under_way({"": served, "old": old}) as plays,
    ):
        yield plays


@WAITING.add("W010")
def an_upstream_that_only_fails_is_asked_a_few_times(on: Servers) -> None:
    served, name = on[""], "fails.time.example"
    served.upstream.on_both(name, "rcode:2")
    assert served.ask(name).header.rcode == SERVFAIL
    assert 1 <= served.asked(name) <= TRIES


@WAITING.add("W012", "P074")
def a_silent_upstream_ends_in_servfail(on: Servers) -> None:
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


@WAITING.add("W013")
def nonsense_ends_in_servfail_too(on: Servers) -> None:
    served, name = on[""], "nonsense.time.example"
    served.upstream.on_both(name, "garbage-id")
    assert served.ask(name).header.rcode == SERVFAIL
    assert served.ask(f"after.{name}").rr


@WAITING.add()
def edns_that_is_not_understood_is_left_out(on: Servers) -> None:
    # RFC 6891 section 6.2.2; and that is remembered of the upstream.
    served, name = on["old"], "old.time.example"
    served.upstream.on_both(name, "no-edns")
    assert served.ask(name, edns=opt()).rr
    assert [bool(asked.opt) for asked in served.upstream.asked(name)][-1] is False


@WAITING.add("P044")
def a_lost_packet_is_sent_again(on: Servers) -> None:
    served, name = on[""], "lost.time.example"
    served.upstream.on(name, "drop", "answer")
    before = time.monotonic()
    assert served.ask(name).rr
    assert time.monotonic() - before < BUDGET / 2
    assert served.asked(name) >= 2


@WAITING.add("P062", "W025")
def a_failure_is_remembered_for_seconds_only(on: Servers) -> None:
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


@WAITING.add("P103")
def a_message_has_a_deadline(on: Servers) -> None:
    """Of 65,535 octets it never gets whole. Meanwhile all others are served."""
    started = time.monotonic()
    with on[""].connection(2 * DEADLINE) as sock:
        sock.sendall(b"\xff\xff")
        sock.settimeout(0.5)
        while time.monotonic() - started < 2 * DEADLINE:
            try:
                sock.sendall(b"x")
                if sock.recv(1) == b"":
                    break
            except TimeoutError:
                assert on[""].send(query(BLOCKED)) is not None
            except ConnectionError:
                break
    assert time.monotonic() - started < DEADLINE


@WAITING.add()
def a_connection_that_is_not_used_is_closed(on: Servers) -> None:
    """Section 6.2.3: after a few seconds."""
    with on[""].connection(4 * DEADLINE) as sock:
        sock.sendall(framed(query(BLOCKED)))
        assert received(sock)
        started = time.monotonic()
        with suppress(ConnectionError):
            assert sock.recv(1) == b""
        assert 2 < time.monotonic() - started < 2 * DEADLINE


@pytest.mark.parametrize("play", WAITING.cases)
def test_scenario(playing: Mapping[Play, "Future[None]"], play: Play) -> None:
    playing[play].result(30)
