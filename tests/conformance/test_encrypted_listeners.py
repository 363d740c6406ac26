"""DNS over TLS and HTTPS as clients meet them: what is refused, what stands beside an answer."""

import socket
import struct
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.benchmarks.processes import pss_bytes
from tests.support.blocker import BLOCKED, Blocker, blocker
from tests.support.certificates import NAME, certificates, listeners
from tests.support.encrypted import trusting
from tests.support.packets import KEEPALIVE, PADDING, opt, option, options, query, read
from tests.support.ports import free_port
from tests.support.upstream import ScriptedUpstream

HTTP = ["--http1.1", "--http2"]
KIND = "content-type: application/dns-message"
ELEVEN = "AAABAAABAAAAAAA"  # octets of a header that has twelve


@dataclass(frozen=True)
class Listening:
    server: Blocker
    tls: int
    https: int

    def status(self, *arguments: str, path: str = "/dns-query", endless: bool = False) -> int:
        """Of one request, as curl makes it."""
        command = [
            *("curl", "--silent", "--max-time", "20", "--cacert", str(certificates() / "ca.pem")),
            *("--resolve", f"{NAME}:{self.https}:127.0.0.1", "--output", "/dev/null"),
            *("--write-out", "%{http_code}", f"https://{NAME}:{self.https}{path}", *arguments),
        ]
        with Path("/dev/zero" if endless else "/dev/null").open("rb") as body:
            run = subprocess.run(command, stdin=body, capture_output=True, text=True, timeout=30)
        return int(run.stdout)

    def over_tls(self, packets: Sequence[bytes]) -> list[bytes]:
        """Asked on one connection, one after the other."""
        replies = []
        with (
            socket.create_connection(("127.0.0.1", self.tls), 5) as plain,
            trusting().wrap_socket(plain, server_hostname=NAME) as sock,
            sock.makefile("rb") as stream,
        ):
            for packet in packets:
                sock.sendall(struct.pack(">H", len(packet)) + packet)
                (size,) = struct.unpack(">H", stream.read(2))
                replies.append(stream.read(size))
        return replies


@pytest.fixture(scope="module")
def listening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    tls, https = free_port(), free_port()
    with (
        ScriptedUpstream() as upstream,
        blocker(
            tmp_path_factory.mktemp("encrypted"),
            upstreams=[upstream.url],
            dns={"encrypted": listeners(tls, https)},
        ) as server,
    ):
        yield Listening(server, tls, https)


@pytest.mark.parametrize("version", HTTP)
@pytest.mark.parametrize("path", ["", "?dns=", "?dns=%25%25", "?dns=A=A", f"?dns={ELEVEN}"])
def test_p094_a_get_without_a_message(listening: Listening, version: str, path: str) -> None:
    assert listening.status(version, path=f"/dns-query{path}") == 400


@pytest.mark.parametrize("version", HTTP)
def test_p097_a_body_that_is_too_long_or_has_no_end(
    listening: Listening, version: str, tmp_path: Path
) -> None:
    worker = listening.server.children()["worker0"]
    before = pss_bytes(worker)
    long = tmp_path / "long"
    long.write_bytes(bytes(65_536))
    for _ in range(20):
        assert listening.status(version, "-H", KIND, "--data-binary", f"@{long}") == 413
        sent = ("--request", "POST", "-H", KIND, "--upload-file", "-")
        assert listening.status(version, *sent, endless=True) == 413
    assert pss_bytes(worker) - before < 8 << 20
    assert listening.server.address(BLOCKED) == "0.0.0.0"


@pytest.mark.parametrize("version", HTTP)
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_p098_other_methods(listening: Listening, version: str, method: str) -> None:
    assert listening.status(version, "--request", method) == 405


def test_p100_no_upgrade_to_h2c(listening: Listening) -> None:
    asked = "AAABAAABAAAAAAAAA3d3dwdleGFtcGxlA2NvbQAAAQAB"
    headers = {"Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQAAP__"}
    told = [each for name, value in headers.items() for each in ("-H", f"{name}: {value}")]
    told += ["-H", "Connection: Upgrade, HTTP2-Settings"]
    assert listening.status("--http1.1", *told, path=f"/dns-query?dns={asked}") == 200
    with socket.create_connection(("127.0.0.1", listening.server.admin_port), 5) as sock:
        lines = ["GET /api/v1/status HTTP/1.1", f"Host: 127.0.0.1:{listening.server.admin_port}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        sock.sendall("\r\n".join([*lines, "Connection: Upgrade, HTTP2-Settings", "", ""]).encode())
        assert sock.recv(4_096).startswith(b"HTTP/1.1 401 ")


def test_w029_and_w030_keepalive(listening: Listening) -> None:
    told = opt(options=option(KEEPALIVE, b"\x00\x64"))
    asked = opt(options=option(KEEPALIVE))
    first, second = listening.over_tls([query(BLOCKED, edns=told), query(BLOCKED, edns=asked)])
    assert read(first).header.rcode == 1
    assert read(second).header.rcode == 0
    assert options(second)[KEEPALIVE] == (300).to_bytes(2, "big")


def test_w039_padding(listening: Listening) -> None:
    padded = opt(options=option(PADDING, bytes(70)))
    first, second = listening.over_tls([query(BLOCKED, edns=padded), query(BLOCKED, edns=opt())])
    assert len(first) == 468
    assert PADDING not in options(second)
