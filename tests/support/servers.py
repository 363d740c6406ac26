"""Real resolvers to ask: Unbound and BIND, on a free loopback port, with a small zone.

    with unbound(tmp_path) as server:
        server.url; server.pause(); server.resume(); server.kill(); server.start()

The zone is lab.example: www has addresses, alias points to it, text.lab.example is too large for a
datagram. Unbound also knows every name in flood.example. They ask nobody else.
"""

import os
import shutil
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.certificates import certificates
from tests.support.ports import free_port

START_SECONDS = 10
LARGE = " ".join(f'"{"x" * 250}"' for _ in range(12))  # 3 KB of TXT

UNBOUND = """
server:
    interface: 127.0.0.1@{port}
    interface: 127.0.0.1@{tls_port}
    interface: 127.0.0.1@{https_port}
    tls-port: {tls_port}
    https-port: {https_port}
    tls-service-pem: "{certificates}/server.pem"
    tls-service-key: "{certificates}/server.key"
    access-control: 127.0.0.0/8 allow
    edns-tcp-keepalive: yes
    edns-tcp-keepalive-timeout: 1300
    do-daemonize: no
    username: ""
    chroot: ""
    directory: "{folder}"
    pidfile: "{folder}/unbound.pid"
    use-syslog: no
    logfile: "{folder}/unbound.log"
    module-config: "iterator"
    do-not-query-localhost: yes
    local-zone: "." refuse
    local-zone: "lab.example." static
    local-data: "lab.example. 60 SOA ns.lab.example. root.lab.example. 1 60 60 60 30"
    local-data: "www.lab.example. 60 A 192.0.2.80"
    local-data: "www.lab.example. 60 AAAA 2001:db8::80"
{large}
    local-zone: "flood.example." redirect
    local-data: "flood.example. 3600 A 192.0.2.81"
remote-control:
    control-enable: no
"""

NAMED = """
options {{
    directory "{folder}";
    listen-on port {port} {{ 127.0.0.1; }};
    listen-on-v6 {{ none; }};
    pid-file "{folder}/named.pid";
    session-keyfile "{folder}/session.key";
    managed-keys-directory "{folder}";
    recursion no;
    dnssec-validation no;
    notify no;
}};
controls {{ }};
zone "lab.example" {{ type primary; file "{folder}/lab.zone"; }};
"""

ZONE = f"""$TTL 60
@ SOA ns root 1 60 60 60 30
@ NS ns
ns A 127.0.0.1
www A 192.0.2.80
www AAAA 2001:db8::80
alias CNAME www
text TXT {LARGE}
"""


class Server:
    """One process, which can be stopped and started again on the same port."""

    def __init__(self, command: list[str], port: int, log: Path) -> None:
        self.port = port
        self.tls_url = self.https_url = ""
        self.log = log
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"udp://127.0.0.1:{self.port}"

    @property
    def tcp_url(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        until = time.monotonic() + START_SECONDS
        while not _answers(self.port):
            if self._process.poll() is not None or time.monotonic() > until:
                self.kill()
                raise AssertionError(f"{self._command[0]}: {self.log.read_text()}")
            time.sleep(0.05)

    def pause(self) -> None:
        """It is there, but says nothing: what a hung server looks like."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        if self._process is not None:
            self._signal(signal.SIGKILL)
            self._process.wait(START_SECONDS)
            self._process = None

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        with suppress(ProcessLookupError):
            os.kill(self._process.pid, number)


@contextmanager
def unbound(folder: Path) -> Iterator[Server]:
    port, tls_port, https_port = free_port(), free_port(), free_port()
    large = f"    local-data: 'text.lab.example. 60 TXT {LARGE}'"
    config = folder / "unbound.conf"
    config.write_text(
        UNBOUND.format(
            port=port,
            tls_port=tls_port,
            https_port=https_port,
            certificates=certificates(),
            folder=folder,
            large=large,
        )
    )
    command = [program("unbound"), "-d", "-c", str(config)]
    for server in _running(command, port, folder / "out.log"):
        server.tls_url = f"tls://127.0.0.1:{tls_port}#lists.example"
        server.https_url = f"https://127.0.0.1:{https_port}/dns-query"
        yield server


@contextmanager
def named(folder: Path) -> Iterator[Server]:
    port = free_port()
    config = folder / "named.conf"
    config.write_text(NAMED.format(port=port, folder=folder))
    (folder / "lab.zone").write_text(ZONE)
    command = [program("named"), "-g", "-n", "1", "-c", str(config)]
    yield from _running(command, port, folder / "out.log")


def _running(command: list[str], port: int, log: Path) -> Iterator[Server]:
    server = Server(command, port, log)
    server.start()
    try:
        yield server
    finally:
        server.kill()


def program(name: str) -> str:
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    assert path is not None, f"install {name}; the tests ask the real one"
    return path


def _answers(port: int) -> bool:
    head = struct.pack(">6H", 1, 0x0100, 1, 0, 0, 0)
    question = b"\x03www\x03lab\x07example\x00\x00\x01\x00\x01"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.2)
        sock.connect(("127.0.0.1", port))
        try:
            sock.send(head + question)
            reply = sock.recv(512)
        except OSError:
            return False
    return reply[3] & 0x0F == 0 and reply[6:8] != b"\x00\x00"
