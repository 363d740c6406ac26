"""SIGTERM: who waits for an answer still gets it, and five seconds are enough for all."""

import os
import signal
import socket
import time
from pathlib import Path

import pytest
from dnslib import DNSRecord

from tests.support.blocker import Blocker, blocker
from tests.support.packets import query
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.quiet


def terminate(server: Blocker) -> None:
    assert server.process is not None
    server.process.send_signal(signal.SIGTERM)


def test_an_answer_in_flight_is_finished(tmp_path: Path) -> None:
    with ScriptedUpstream() as upstream, blocker(tmp_path, upstreams=[upstream.url]) as server:
        upstream.on("slow.example", "delay:0.6")
        with server.client() as sock:
            sock.send(query("slow.example"))
            server.wait_until(lambda: upstream.asked("slow.example"))
            terminate(server)
            assert DNSRecord.parse(sock.recv(4096)).rr
        assert server.stop() == 0


def test_a_connection_gets_its_answer_and_then_its_end(tmp_path: Path) -> None:
    with ScriptedUpstream() as upstream, blocker(tmp_path, upstreams=[upstream.url]) as server:
        upstream.on("slow.example", "delay:0.6")
        with socket.create_connection(("127.0.0.1", server.port), timeout=3) as sock:
            packet = query("slow.example")
            sock.sendall(len(packet).to_bytes(2, "big") + packet)
            server.wait_until(lambda: upstream.asked("slow.example"))
            terminate(server)
            with sock.makefile("rb") as file:
                received = file.read()
        assert DNSRecord.parse(received[2:]).rr
        assert server.stop() == 0


def test_an_upstream_that_says_nothing_holds_up_nobody_for_long(tmp_path: Path) -> None:
    with ScriptedUpstream() as upstream, blocker(tmp_path, upstreams=[upstream.url]) as server:
        upstream.always("drop")
        with server.client(seconds=6) as sock:
            sock.send(query("never.example"))
            server.wait_until(lambda: upstream.asked("never.example"))
            begun = time.monotonic()
            terminate(server)
            assert DNSRecord.parse(sock.recv(4096)).header.rcode == 2  # SERVFAIL, but an answer
        assert server.stop() == 0
        assert time.monotonic() - begun < 6.5


def test_without_anyone_waiting_it_is_quick(tmp_path: Path) -> None:
    with blocker(tmp_path) as server:
        server.wait_until_ready()
        begun = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - begun < 1.5


def test_an_interrupt_at_the_terminal_stops_it_too(tmp_path: Path) -> None:
    with blocker(tmp_path) as server:
        server.wait_until_ready()
        assert server.process is not None
        for pid in (*server.child_pids(), server.pid):  # ^C goes to the whole group
            os.kill(pid, signal.SIGINT)
        assert server.process.wait(3) == 0
        assert "Traceback" not in server.log.read_text()
