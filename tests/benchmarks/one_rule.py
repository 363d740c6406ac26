"""One rule, from the request to the wire: how long until every worker answers by it.

A fresh question below the name is asked each millisecond from before the request on, through
sockets enough to reach every worker. The rule holds from the first question on after which no
answer is by the old policy.
"""

import http.client
import json
import select
import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from blocker.tokens import TokenStore
from tests.benchmarks import bulk, client, rightness

SOCKETS = 16  # SO_REUSEPORT spreads them: that one of two workers gets none is less than likely
EVERY = 0.001
LEAD = 0.02  # seconds of questions before the request
AFTER = 0.15  # seconds of questions after it was answered


@dataclass(slots=True)
class Poll:
    """Questions below one name, with when each was asked and what was answered."""

    name: str
    asked: list[float] = field(default_factory=list)
    answered: dict[int, str] = field(default_factory=dict)

    def run(self, port: int, enough: Callable[[], bool]) -> None:
        with ExitStack() as stack:
            sockets = [stack.enter_context(client.connected(port)) for _ in range(SOCKETS)]
            while not enough():
                number = len(self.asked)
                due = time.monotonic() + EVERY
                self.asked.append(time.monotonic())
                sock = sockets[number % SOCKETS]
                sock.send(client.packet(number, f"q{number}.{self.name}"))
                while (left := due - time.monotonic()) > 0:
                    self._receive(sockets, left)
            deadline = time.monotonic() + client.PATIENCE
            while len(self.answered) < len(self.asked) and time.monotonic() < deadline:
                self._receive(sockets, EVERY)

    def _receive(self, sockets: list[socket.socket], seconds: float) -> None:
        ready, _, _ = select.select(sockets, [], [], seconds)
        for sock in ready:
            reply = sock.recv(4096)
            self.answered[int.from_bytes(reply[:2], "big")] = client.address(reply)

    def held_from(self, expected: str) -> float:
        """When the first question was asked since which all answers are as expected."""
        if len(self.answered) < len(self.asked):
            lost = len(self.asked) - len(self.answered)
            raise RuntimeError(f"{lost} questions below {self.name} have no answer")
        old = [number for number, answer in self.answered.items() if answer != expected]
        if not old:
            raise RuntimeError(f"{self.name} was {expected} before the rule was sent")
        if (first := max(old) + 1) == len(self.asked):
            raise RuntimeError(f"{self.name} is not {expected} {AFTER:g} s after the rule")
        return self.asked[first]


def seconds(port: int, admin_port: int, state: Path, times: int) -> list[float]:
    """Of so many rules, in turns one that blocks a free name and one that allows a listed one."""
    token = TokenStore(state).create("benchmark", "admin")
    connection = http.client.HTTPConnection("127.0.0.1", admin_port, timeout=30)
    took = []
    for turn in range(times):
        if turn % 2:
            name, action, expected = bulk.name(turn), "allow", rightness.ELSEWHERE
        else:
            name, action, expected = f"free{turn}.rule.example", "block", rightness.NULL
        took.append(_one(port, connection, token, {"action": action, "name": name}, expected))
    connection.close()
    return took


def _one(
    port: int,
    connection: http.client.HTTPConnection,
    token: str,
    rule: dict[str, str],
    expected: str,
) -> float:
    poll, done = Poll(rule["name"]), threading.Event()
    polling = threading.Thread(target=poll.run, args=(port, done.is_set))
    polling.start()
    try:
        time.sleep(LEAD)
        began = time.monotonic()
        connection.request("POST", "/api/v1/rules", json.dumps(rule), _headers(token))
        response = connection.getresponse()
        body = response.read()
        if response.status not in (200, 201):
            raise RuntimeError(f"POST rules {rule}: {response.status} {body.decode()}")
        time.sleep(AFTER)
    finally:
        done.set()
        polling.join()
    return poll.held_from(expected) - began


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
