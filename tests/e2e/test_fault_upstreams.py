"""Upstreams that are silent, slow, lossy, that garble, reset or lie: what clients notice of it.

Whatever goes wrong, a client has an answer within five seconds, for then a stub resolver gives up.
"""

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.blocker import Blocker, blocker
from tests.support.packets import NOERROR, SERVFAIL, extended_errors, opt, query, read
from tests.support.ports import free_port
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.quiet

GIVES_UP = 5.0  # seconds: a stub resolver
STALE, CACHED_ERROR, NO_REACHABLE_AUTHORITY = 3, 13, 22
ADDRESS = "192.0.2.80"

QUESTIONS, AT_A_TIME = 5_000, 256
ANSWERED = 0.999


class Got(NamedTuple):
    rcode: int
    addresses: list[str]
    ede: list[int]
    seconds: float


Setting = tuple[Blocker, list[ScriptedUpstream]]


def ask(server: Blocker, name: str) -> Got:
    with server.client(seconds=GIVES_UP) as sock:
        begun = time.monotonic()
        sock.send(query(name, edns=opt()))
        reply = read(sock.recv(4096))
        seconds = time.monotonic() - begun
    addresses = [str(record.rdata) for record in reply.rr]
    return Got(reply.header.rcode, addresses, [code for code, _ in extended_errors(reply)], seconds)


@pytest.fixture(scope="module")
def between(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setting]:
    """A server with two upstreams; each test asks for names of its own."""
    folder = tmp_path_factory.mktemp("upstreams")
    extra = "cache: {max_ttl: 1s}\n"
    with (
        ScriptedUpstream() as one,
        ScriptedUpstream() as other,
        blocker(folder, upstreams=[one.url, other.url], extra=extra) as server,
    ):
        yield server, [one, other]


def test_of_a_lossy_line_hardly_anyone_hears(between: Setting) -> None:
    """Every tenth question is lost on the way to each of two upstreams."""
    server, upstreams = between
    before = sum(len(upstream.log) for upstream in upstreams)
    for seed, upstream in enumerate(upstreams):
        upstream.lose(0.1, seed)
    answered = 0
    with server.client(seconds=GIVES_UP) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)  # this client loses nothing
        for number in range(QUESTIONS + AT_A_TIME):
            if number < QUESTIONS:
                sock.send(query(f"n{number}.lossy.example"))
            if number >= AT_A_TIME:
                answered += bool(read(sock.recv(512)).rr)
    for upstream in upstreams:
        upstream.lose(0, 0)
    again = sum(len(upstream.log) for upstream in upstreams) - before - QUESTIONS
    assert again > QUESTIONS * 0.05, "the line was not lossy"
    assert answered >= QUESTIONS * ANSWERED


def test_silence_is_bridged_by_stale_answers_and_ends_at_once(between: Setting) -> None:
    server, upstreams = between
    assert ask(server, "known.example").addresses == [ADDRESS]
    time.sleep(1.1)
    for upstream in upstreams:
        upstream.always("drop")
    stale = ask(server, "known.example")
    assert (stale.addresses, stale.ede) == ([ADDRESS], [STALE])
    assert stale.seconds < 1.9  # 1.8 and the way
    failed = ask(server, "unknown.example")
    assert (failed.rcode, failed.ede) == (SERVFAIL, [NO_REACHABLE_AUTHORITY])
    assert failed.seconds < GIVES_UP
    for upstream in upstreams:
        upstream.always("answer")
    back = time.monotonic()
    assert ask(server, "another.example").addresses == [ADDRESS]
    server.wait_until(lambda: ask(server, "unknown.example").rcode == NOERROR)
    server.wait_until(lambda: not ask(server, "known.example").ede)
    assert time.monotonic() - back < 5


def test_a_slow_answer_is_waited_for_and_a_late_one_is_kept(between: Setting) -> None:
    server, upstreams = between
    for upstream in upstreams:
        upstream.on("slow.example", "delay:3")
        upstream.on("late.example", "delay:4.6")
    with server.client(seconds=6) as sock:
        for name in ("slow.example", "late.example"):
            sock.send(query(name))
        slow, late = (read(sock.recv(512)) for _ in range(2))
    assert (str(slow.q.qname), slow.header.rcode) == ("slow.example.", NOERROR)
    assert (str(late.q.qname), late.header.rcode) == ("late.example.", SERVFAIL)
    asked = [len(upstream.asked("late.example")) for upstream in upstreams]
    server.wait_until(lambda: ask(server, "late.example").addresses == [ADDRESS], 2)
    assert [len(upstream.asked("late.example")) for upstream in upstreams] == asked


def test_what_is_garbled_or_forged_is_not_taken_for_the_answer(between: Setting) -> None:
    """The good packet comes after it; or by TCP, where the bad one is nearly the answer."""
    server, upstreams = between
    near = ("cut", "no-question", "wrong-id", "wrong-question")
    steps = (*near, "garbage", "empty", "query", "wrong-port", "extra", "duplicate")
    scripts = {f"{step}.first.example": f"{step}+answer" for step in steps}
    scripts |= {f"{step}.only.example": step for step in near}
    for name, script in scripts.items():
        for upstream in upstreams:
            upstream.on(name, script)
        got = ask(server, name)
        assert (got.rcode, got.addresses) == (NOERROR, [ADDRESS]), name
        assert got.seconds < 2, name


@pytest.mark.parametrize("rcode", ["2", "5"])
def test_who_refuses_is_passed_over(between: Setting, rcode: str) -> None:
    server, upstreams = between
    for number in range(8):
        upstreams[number % 2].on(f"n{number}.refused{rcode}.example", f"rcode:{rcode}")
        got = ask(server, f"n{number}.refused{rcode}.example")
        assert got.addresses == [ADDRESS]
        assert got.seconds < 1
    failing = f"failing{rcode}.example"
    for upstream in upstreams:
        upstream.on(failing, f"rcode:{rcode}")
    failed = ask(server, failing)
    assert (failed.rcode, failed.ede) == (SERVFAIL, [NO_REACHABLE_AUTHORITY])
    for _ in range(20):  # RFC 9520: for five seconds nobody is asked again
        assert ask(server, failing).ede == [CACHED_ERROR]
    assert [len(upstream.asked(failing)) for upstream in upstreams] == [1, 1]


def test_who_resets_or_is_not_there_is_passed_over(tmp_path: Path) -> None:
    nobody = f"udp://127.0.0.1:{free_port()}"
    with (
        ScriptedUpstream() as resetting,
        ScriptedUpstream() as good,
        blocker(tmp_path, upstreams=[resetting.tcp_url, nobody, good.url]) as server,
    ):
        for number in range(30):
            name = f"n{number}.example"
            resetting.on_tcp(name, "reset")
            got = ask(server, name)
            assert got.addresses == [ADDRESS]
            assert got.seconds < 1.5
        assert resetting.log
