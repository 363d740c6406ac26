"""Real clients ask over TLS and HTTPS: kdig, curl, stubby and Chromium, set up as users do it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.blocker import BLOCKED, Blocker, blocker
from tests.support.certificates import NAME, certificates, expired, listeners
from tests.support.packets import A, query, read
from tests.support.ports import free_port
from tests.support.source import ROOT
from tests.support.upstream import ScriptedUpstream
from tests.support.webserver import WebServer

CA = certificates() / "ca.pem"


class Encrypted:
    """A server with both, and a group that knows anna's phone."""

    def __init__(self, server: Blocker, tls: int, https: int) -> None:
        self.server, self.tls, self.https = server, tls, https

    def kdig(self, *arguments: str) -> str:
        port = self.https if "+https" in " ".join(arguments) else self.tls
        command = [
            *("kdig", "@127.0.0.1", "-p", str(port), f"+tls-ca={CA}", f"+tls-host={NAME}"),
            *("+timeout=5", "+retry=0", *arguments),
        ]
        run = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
        return run.stdout

    def counted(self, transport: str) -> bool:
        return f'transport="{transport}"' in self.server.http("GET", "/metrics").body.decode()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Encrypted]:
    tls, https = free_port(), free_port()
    extra = (
        "groups:\n"
        "  - {name: anna, clients: ['id:anna-phone'], blocking: {answer: nxdomain}}\n"
        "records: {web.example: 127.0.0.1}\n"
    )
    with (
        ScriptedUpstream() as upstream,
        blocker(
            tmp_path_factory.mktemp("encrypted"),
            upstreams=[upstream.url],
            extra=extra,
            dns={"encrypted": listeners(tls, https)},
        ) as server,
    ):
        yield Encrypted(server, tls, https)


def test_kdig_over_tls(served: Encrypted) -> None:
    said = served.kdig("+tls", BLOCKED, "+padding=128")
    assert "TLS1.3" in said
    assert "status: NOERROR" in said
    assert "0.0.0.0" in said
    assert "Received 468 B" in said
    assert "192.0.2." in served.kdig("+tls", "www.example.com")


@pytest.mark.parametrize("method", ["+https-get", "+nohttps-get"])
def test_kdig_over_https(served: Encrypted, method: str) -> None:
    said = served.kdig("+https", method, BLOCKED)
    assert "status: 200" in said
    assert "0.0.0.0" in said
    assert "192.0.2." in served.kdig("+https", method, "www.example.com")


def test_kdig_as_anna(served: Encrypted) -> None:
    assert "NXDOMAIN" in served.kdig("+https=/dns-query/anna-phone", BLOCKED)
    assert "NXDOMAIN" in served.kdig("+tls", f"+tls-sni=anna-phone.{NAME}", BLOCKED)
    assert "NOERROR" in served.kdig("+tls", f"+tls-sni=bob.{NAME}", BLOCKED)


def test_discovery_says_the_ports(served: Encrypted) -> None:
    command = [
        *("dig", "@127.0.0.1", "-p", str(served.server.port), "+short", "+tries=1"),
        *("_dns.resolver.arpa", "TYPE64"),
    ]
    said = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout
    first, second = said.splitlines()
    assert f'1 {NAME}. alpn="dot" port={served.tls}' in first
    assert f'2 {NAME}. alpn="h2,http/1.1" port={served.https}' in second


@pytest.mark.parametrize("http", ["--http1.1", "--http2"])
def test_curl_finds_a_web_server_by_us(served: Encrypted, http: str) -> None:
    with WebServer(https=False) as web:
        command = [
            *("curl", "-sS", "--max-time", "10", "--cacert", str(CA), http),
            *("--doh-url", f"https://localhost:{served.https}/dns-query"),
            f"http://web.example:{web.port}/",
        ]
        run = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
        assert run.returncode == 0, run.stderr


def test_stubby_asks_over_tls(served: Encrypted, tmp_path: Path) -> None:
    port = free_port()
    config = tmp_path / "stubby.yml"
    config.write_text(
        "resolution_type: GETDNS_RESOLUTION_STUB\n"
        "dns_transport_list:\n  - GETDNS_TRANSPORT_TLS\n"
        "tls_authentication: GETDNS_AUTHENTICATION_REQUIRED\n"
        "tls_query_padding_blocksize: 128\n"
        f'tls_ca_file: "{CA}"\n'
        f"listen_addresses:\n  - 127.0.0.1@{port}\n"
        f"upstream_recursive_servers:\n  - address_data: 127.0.0.1\n"
        f'    tls_port: {served.tls}\n    tls_auth_name: "{NAME}"\n'
    )
    with subprocess.Popen(["stubby", "-C", str(config)], stderr=subprocess.DEVNULL) as stubby:
        try:
            assert address_by(port, BLOCKED) == "0.0.0.0"
            assert address_by(port, "www.example.com").startswith("192.0.2.")
        finally:
            stubby.terminate()


def address_by(port: int, name: str) -> str:
    """From who listens on this port, perhaps a little later."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(2)
            sock.connect(("127.0.0.1", port))
            try:
                sock.send(query(name, A))
                return str(read(sock.recv(4096)).rr[0].rdata)
            except OSError:
                time.sleep(0.1)
    raise AssertionError(f"nobody answers on port {port}")


def test_chromium_with_secure_dns(served: Encrypted, tmp_path: Path) -> None:
    """Its resolver is ours alone: the page's name exists nowhere else."""
    home, profile = tmp_path / "home", tmp_path / "profile"
    trust(home)
    template = f"https://localhost:{served.https}/dns-query{{?dns}}"
    state = {"dns_over_https": {"mode": "secure", "templates": template}}
    profile.mkdir()
    (profile / "Local State").write_text(json.dumps(state))
    with WebServer(https=False) as web:
        command = [
            *("chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-sync"),
            *("--no-first-run", "--disable-background-networking", "--dump-dom"),
            *(f"--user-data-dir={profile}", f"http://web.example:{web.port}/page"),
        ]
        env = {**os.environ, "HOME": str(home)}
        run = subprocess.run(
            command, capture_output=True, text=True, timeout=60, check=False, env=env
        )
        assert "/page" in [request.path for request in web.log], run.stderr[-2000:]


def trust(home: Path) -> None:
    """What Chromium's user does in its settings: import the authority."""
    database = home / ".pki" / "nssdb"
    database.mkdir(parents=True)
    where = f"sql:{database}"
    for command in (
        ["certutil", "-d", where, "-N", "--empty-password"],
        ["certutil", "-d", where, "-A", "-t", "C,,", "-n", "authority", "-i", str(CA)],
    ):
        subprocess.run(command, check=True, capture_output=True, timeout=20)


def test_all_of_it_is_counted(served: Encrypted) -> None:
    served.kdig("+tls", BLOCKED)
    served.kdig("+https", BLOCKED)
    served.server.wait_until(lambda: served.counted("tls") and served.counted("https"))


@pytest.mark.parametrize("at_first", ["missing", "expired"])
def test_a_certificate_that_cannot_be_used_costs_no_names_and_is_taken_when_it_can(
    tmp_path: Path, at_first: str
) -> None:
    pem, key, tls = tmp_path / "used.pem", tmp_path / "used.key", free_port()
    section = {"certificate": str(pem), "key": str(key), "tls": [f"127.0.0.1:{tls}"], "https": []}
    if at_first == "expired":
        for made, used in zip(expired(tmp_path), (pem, key), strict=True):
            shutil.copy(made, used)
    with blocker(tmp_path, dns={"encrypted": section}) as server:
        assert server.address() == "0.0.0.0"
        assert not server.ask("_dns.resolver.arpa", 64).rr
        said = "has expired" if at_first == "expired" else "no file"
        assert said in server.log.read_text()
        server.wait_until_ready()
        token = server.token()

        def error() -> str:
            workers = server.http("GET", "status", token=token).json["workers"]
            return str(workers[0]["error"])

        assert str(pem) in error()
        assert check(server.config) != 0
        assert server.http("POST", "reload", token=token).status == 200
        shutil.copy(certificates() / "server.pem", pem)
        shutil.copy(certificates() / "server.key", key)
        server.wait_until(lambda: server.ask("_dns.resolver.arpa", 64).rr != [], 12)
        server.wait_until(lambda: error() == "")
        assert "0.0.0.0" in Encrypted(server, tls, 0).kdig("+tls", BLOCKED)
        assert server.http("GET", "private-dns", token=token).json["name"] != ""
        assert check(server.config) == 0


def check(config: Path) -> int:
    command = [sys.executable, "-m", "blocker", "check", "-c", str(config)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, timeout=30).returncode
