"""The real thing: `python -m blocker serve` on loopback, with a state folder of its own.

with blocker(tmp_path, upstreams=[upstream.url]) as server:
    server.ask("www.lab.example"); server.worker(); server.kill(pid); server.get("status")
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from dnslib import DNSRecord

from blocker.tokens import TokenStore
from tests.support.packets import A, query
from tests.support.ports import free_port
from tests.support.source import ROOT

BLOCKED = "data.mistat.xiaomi.com"
START_SECONDS = 15  # a busy machine takes its time
STOP_SECONDS = 10


class Response:
    """What came back over HTTP."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Blocker:
    """One `serve`, and all its processes."""

    def __init__(
        self,
        folder: Path,
        upstreams: Sequence[str | Mapping[str, Any]],
        extra: str,
        workers: int,
        everywhere: int = 0,
        dns: Mapping[str, Any] | None = None,
        also: Sequence[str] = (),
    ) -> None:
        self.port, self.admin_port = everywhere or free_port(), free_port()
        listen = ["0.0.0.0", "[::]"] if everywhere else ["127.0.0.1", *also]
        addresses = [f"{host}:{self.port}" for host in listen]
        section = {"listen": addresses, "workers": workers, **(dns or {})}
        self.state = folder / "state"
        self.config = folder / "blocker.yaml"
        self.log = folder / "blocker.log"
        self._plain = (
            f"dns: {json.dumps(section)}\n"
            f"admin: {{listen: '127.0.0.1:{self.admin_port}'}}\n"
            f"upstreams: {json.dumps(list(upstreams))}\n"
            f"state: {self.state}\n"
        )
        self.configure(extra)
        self.process: subprocess.Popen[bytes] | None = None

    def configure(self, extra: str) -> None:
        """Write the file anew; it is read at the next start or reload."""
        self.config.write_text(self._plain + extra, encoding="utf-8")

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "blocker", "serve", "-c", str(self.config)],
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > until:
                raise AssertionError(self.log.read_text())
        self.wait_until(lambda: len(self.child_pids()) > 1, START_SECONDS)

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def child_pids(self) -> list[int]:
        listed = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(pid) for pid in listed.split()]

    def children(self) -> dict[str, int]:
        """Ids by name: worker0, admin. Who has changed user has no name."""
        found: dict[str, int] = {}
        for pid in self.child_pids():
            with suppress(OSError):  # it ended just now
                name = Path(f"/proc/{pid}/comm").read_text().strip()
                if name.startswith("blocker "):
                    found[name.removeprefix("blocker ")] = pid
        return found

    def successor(self, name: str, pid: int, seconds: float = 3) -> int:
        """The id of the process that has taken the place of `pid`."""
        self.wait_until(lambda: self.children().get(name, pid) != pid, seconds)
        return self.children()[name]

    def ask(self, name: str = BLOCKED, qtype: int = A, seconds: float = 2.0) -> DNSRecord:
        with self.client(seconds) as sock:
            sock.send(query(name, qtype))
            return DNSRecord.parse(sock.recv(4096))

    def address(self, name: str = BLOCKED) -> str:
        """The first address in the answer; empty when there is none."""
        records = self.ask(name).rr
        return str(records[0].rdata) if records else ""

    def answers(self, seconds: float = 0.05) -> bool:
        try:
            return bool(self.ask(seconds=seconds))
        except OSError:
            time.sleep(0.01)
            return False

    def client(self, seconds: float = 2.0) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.settimeout(seconds)
        sock.connect(("127.0.0.1", self.port))
        return sock

    def client_at(self, address: str, seconds: float = 2.0) -> socket.socket:
        """A client of its own, at a loopback address such as 127.0.0.20."""
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.settimeout(seconds)
        sock.bind((address, 0))
        sock.connect(("127.0.0.1", self.port))
        return sock

    def token(self, scope: str = "admin") -> str:
        return TokenStore(self.state).create(f"{scope}-{time.monotonic_ns()}", scope)  # type: ignore[arg-type]

    def http(
        self,
        method: str,
        path: str,
        body: Any = None,
        token: str = "",
        source: str = "127.0.0.1",
        **headers: str,
    ) -> Response:
        """A path without a slash in front is one of the API's. `source` is the client's address."""
        connection = HTTPConnection(
            "127.0.0.1", self.admin_port, timeout=10, source_address=(source, 0)
        )
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
            body = body if isinstance(body, str | bytes) else json.dumps(body)
        try:
            target = path if path.startswith("/") else f"/api/v1/{path}"
            connection.request(method, target, body, sent)
            response = connection.getresponse()
            return Response(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def wait_until(self, condition: Any, seconds: float = 5) -> None:
        until = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.01)

    def wait_until_ready(self) -> None:
        def is_ready() -> bool:
            with suppress(OSError):
                return self.http("GET", "/readyz").status == 200
            return False

        self.wait_until(is_ready, START_SECONDS)

    def stop(self) -> int:
        """By SIGTERM; what it ended with."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)

    def kill_all(self) -> None:
        if self.process is not None and self.process.poll() is None:
            pids = [*self.child_pids(), self.pid]
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait(STOP_SECONDS)


@contextmanager
def blocker(
    folder: Path,
    *,
    upstreams: Sequence[str | Mapping[str, Any]] = (),
    extra: str = "",
    workers: int = 1,
    everywhere: int = 0,
    dns: Mapping[str, Any] | None = None,
    also: Sequence[str] = (),
) -> Iterator[Blocker]:
    """Running and answering; stopped at the end however the test ends.

    `everywhere` is a port for all addresses, `also` are addresses beside loopback: only in a
    network of the test's own. `dns` is what else stands in that section of the configuration.
    """
    nobody = f"udp://127.0.0.1:{free_port()}"
    server = Blocker(folder, upstreams or [nobody], extra, workers, everywhere, dns, also)
    try:
        server.start()
        yield server
        server.stop()
    finally:
        server.kill_all()
