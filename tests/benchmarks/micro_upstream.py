"""What one forwarded question costs the forwarder: CPU us, its share of the engine counted apart.

    python -m tests.benchmarks.micro_upstream [questions]

Queries come from a list and replies go nowhere, so what the engine alone does not take is the way
from `ask` to `send`: one datagram out, one in. The upstream is another process.
"""

import asyncio
import gc
import os
import socket
import sys
import time

from blocker.core.engine import Engine, Forward, View
from blocker.core.policy import NoRules, Policy
from blocker.upstream.forwarder import Forwarder
from blocker.upstream.url import upstream_from_url
from tests.support.asking import CLIENT, clock, query_packet

IN_FLIGHT = 100
RECORD = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x0e\x10\x00\x04\xc0\x00\x02\x01"


def respond(sock: socket.socket) -> None:
    """An upstream with one answer to everything."""
    while True:
        packet, peer = sock.recvfrom(4096)
        end = packet.index(b"\x00", 12) + 5
        head = packet[:2] + b"\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00"
        sock.sendto(head + packet[12:end] + RECORD, peer)


class Load:
    """Keeps so many questions in flight until all are answered."""

    def __init__(self, engine: Engine, packets: list[bytes], port: int) -> None:
        upstream = upstream_from_url(f"udp://127.0.0.1:{port}", clock)
        self.engine = engine
        self.forwarder = Forwarder(engine, [upstream], clock)
        self.packets = packets
        self.left = len(packets)
        self.done = asyncio.Event()

    def send(self, packet: bytes, address: object) -> None:
        self.left -= 1
        if self.packets:
            self.ask()
        elif not self.left:
            self.done.set()

    def withhold(self, address: object) -> None:
        self.send(b"", address)

    def ask(self) -> None:
        forward = self.engine.on_query(self.packets.pop(), CLIENT, clock())
        assert isinstance(forward, Forward)
        self.forwarder.ask(forward, self, None)

    async def run(self) -> float:
        started = time.process_time()
        for _ in range(IN_FLIGHT):
            self.ask()
        await self.done.wait()
        spent = time.process_time() - started
        self.forwarder.close()
        return spent


def engine_alone(engine: Engine, packets: list[bytes]) -> float:
    head = b"\x00\x00\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00"
    started = time.process_time()
    for packet in packets:
        forward = engine.on_query(packet, CLIENT, clock())
        assert isinstance(forward, Forward)
        now = clock()
        answer = engine.on_response(forward.query, head + forward.query.question + RECORD, now)
        assert answer is not None
        engine.reply(forward, answer, now)
    return time.process_time() - started


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    child = os.fork()
    if child == 0:
        respond(sock)
    whole, alone = [], []
    gc.disable()
    try:
        for turn in range(3):
            engine = Engine(View(Policy(NoRules(), [], vendors={}, max_breakage="none")))
            packets = [query_packet(f"host{one}.turn{turn}.example.com") for one in range(count)]
            alone.append(engine_alone(engine, packets))
            engine = Engine(View(Policy(NoRules(), [], vendors={}, max_breakage="none")))
            whole.append(asyncio.run(Load(engine, packets, sock.getsockname()[1]).run()))
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
    for name, spent in (("forwarder and engine", min(whole)), ("engine alone", min(alone))):
        print(f"{name:24} {spent / count * 1e6:6.2f} us a question")


if __name__ == "__main__":
    main()
