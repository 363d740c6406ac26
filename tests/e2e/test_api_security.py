"""What went wrong in the admin planes of others, tried on ours: each test names its lesson."""

import http.client
import json
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from urllib.parse import quote

import pytest
from prometheus_client.parser import text_string_to_metric_families

from blocker.admin.app import BASE, ENDPOINTS
from blocker.admin.connections import EACH
from blocker.cli.control import Server
from tests.support.blocker import Blocker, blocker
from tests.support.certificates import certificates
from tests.support.packets import A, query

HOSTILE = (
    "<img src=x onerror=alert(1)>.example",  # Pi-hole CVE-2021-32793, dnsdist CVE-2026-0396
    '"};alert(1)//.example',
    "\r\nSet-Cookie: a=b.example",  # Pi-hole CVE-2025-59151
    "\x1b[2J\x1b]0;owned\x07.example",  # an escape sequence for whoever reads the log
    'x"} 1\nblocker_up{a="b.example',  # dnsdist CVE-2026-40011
    "=cmd|' /C calc'!A0.example",  # a formula, for whoever opens a CSV
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blocker]:
    with blocker(tmp_path_factory.mktemp("security")) as running:
        running.wait_until_ready()
        yield running


@pytest.fixture(scope="module")
def token(server: Blocker) -> str:
    return server.token("admin")


def test_every_path_of_the_api_is_closed_in_every_spelling(server: Blocker) -> None:
    """AdGuard Home CVE-2026-32136 (upgrade), CoreDNS CVE-2026-33190, dnsdist CVE-2017-7557."""
    for endpoint in ENDPOINTS:
        path = BASE + endpoint.path
        for spelt in (path, f"{path}/", f"/{path}", path.replace("/v1/", "/%761/"), f"{path}?a=b"):
            for more in ({}, {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c"}):
                refused = server.http(endpoint.method, spelt, **more)
                assert refused.status == 401, (endpoint.method, spelt)


def test_no_method_and_no_wrong_token_opens_a_path(server: Blocker) -> None:
    """Each wrong token from another address, or the sixth would be locked out."""
    number = count(1)
    for path in sorted({BASE + endpoint.path for endpoint in ENDPOINTS}):
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
            peer = f"127.2.{(each := next(number)) >> 8}.{each & 255}"
            assert server.http(method, path).status == 401, (method, path)
            assert server.http(method, path, token="x", source=peer).status == 401, (method, path)


def test_the_sixth_try_is_refused_even_if_right_and_whatever_a_header_says(
    server: Blocker, token: str
) -> None:
    """AdGuard Home: 5 in 15 minutes. The key is the peer, for X-Forwarded-For is anyone's."""
    guesser = "127.0.9.1"
    tried = [server.http("GET", "status", token="x", source=guesser).status for _ in range(6)]
    assert tried == [401] * 5 + [429]
    refused = server.http("GET", "status", token=token, source=guesser, X_Forwarded_For="8.8.8.8")
    assert refused.status == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 900
    status = server.http("GET", "status", token=token)
    assert [each["address"] for each in status.json["locked_out"]] == [guesser]
    assert "127.0.9.1 sent 5 wrong tokens: locked out for 15 min" in server.log.read_text()


def test_no_answer_is_for_other_origins(server: Blocker, token: str) -> None:
    """dnsdist CVE-2026-0397 (CORS), AdGuard Home CVE-2022-32175 (CSRF)."""
    for method in ("GET", "POST", "OPTIONS"):
        answer = server.http(method, "status", token=token, Origin="https://attacker.example")
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]
        assert "Set-Cookie" not in answer.headers


def test_hostile_names_stay_text_wherever_they_come_out(server: Blocker, token: str) -> None:
    series = len(server.http("GET", "/metrics").body.splitlines())
    for name in HOSTILE:
        labels = [part.encode() for part in name.split(".")]
        wire = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
        packet = bytearray(query("x.example", A))
        with server.client() as sock:
            sock.send(bytes(packet[:12]) + wire + b"\0\1\0\1")
            sock.recv(4096)
        explained = server.http("GET", "explain?name=" + quote(name), token=token)
        assert explained.status in (200, 400, 422)
        json.loads(explained.body)
        assert "Set-Cookie" not in explained.headers
        page = server.http("GET", "/" + quote(name))
        assert b"<img" not in page.body
    said = server.http("GET", "/metrics").body.decode()
    list(text_string_to_metric_families(said))
    assert "owned" not in said
    assert len(said.splitlines()) < series + 100
    assert not {"\x1b", "\r"} & set(server.log.read_bytes().decode())


def test_nothing_is_read_from_a_path_that_a_client_names(server: Blocker, token: str) -> None:
    """AdGuard Home CVE-2026-41448, CVE-2024-36814."""
    for path in (
        "/api/docs/../../../etc/passwd",
        "/api/docs/%2e%2e%2fstyle.css",
        "lists/..%2f..%2f",
    ):
        assert server.http("GET", path, token=token).status in (400, 404, 422)


def test_what_is_written_stays_what_it_was_written_as(server: Blocker, token: str) -> None:
    """Pi-hole CVE-2020-8816 (a MAC address to a shell), 2026.04 (a new line in a setting)."""
    line = "a\nupstreams: [udp://192.0.2.66]"
    for method, path, body in (
        ("POST", "rules", {"action": "block", "name": line}),
        ("POST", "rules", {"action": "block", "name": "a.example", "note": line}),
        ("POST", "rules", {"action": "block", "name": "/a(\x1b]0;owned\x07)?/"}),
        ("POST", "allowances", {"name": "a.example", "for": "5m", "note": "\x00"}),
        ("POST", "clients/192.0.2.7", {"name": "\x1b[2J"}),
        ("POST", "clients/02:00:5e:10:00:01;id", {"name": "phone"}),
        ("POST", "tokens", {"name": line, "scope": "read"}),
        ("POST", "written", {"file": line, "change": 0, "keys": []}),
    ):
        assert server.http(method, path, body, token).status == 422, (path, body)
    yaml = "]: $(id) `id` {{7*7}} 'x' \"y\" # <b>"
    said = {"action": "block", "name": "note.example", "note": yaml}
    assert server.http("POST", "rules", said, token).status == 200
    kept = server.http("GET", "settings", token=token).json["settings"]
    assert [each["note"] for each in kept if each["name"] == "note.example"] == [yaml]
    assert server.http("POST", "undo", {}, token).status == 200


def test_an_import_is_all_or_nothing_and_names_no_file(server: Blocker, token: str) -> None:
    """Pi-hole's Teleporter: an archive whose paths were believed."""
    good = {"kind": "rule", "name": "imported.example", "action": "block"}
    before = server.http("GET", "settings", token=token).json
    for bad in (
        {"kind": "file", "name": "../../etc/passwd"},
        {**good, "path": "/etc/cron.d/x"},
        {**good, "name": "../../etc/passwd"},
        {"kind": "vendor", "name": "../xiaomi", "state": "off"},
    ):
        refused = server.http("PUT", "settings", {"settings": [good, bad]}, token)
        assert refused.status in (404, 422), bad
    many = [{**good, "name": f"n{number}.example"} for number in range(2_000)]
    assert server.http("PUT", "settings", {"settings": many}, token).status == 413
    assert server.http("GET", "settings", token=token).json == before


def test_headers_have_a_bound(server: Blocker, token: str) -> None:
    """dnsdist CVE-2026-33260: a request is refused before it has grown."""
    refused = server.http("GET", "status", token=token, X_Long="x" * 9_000)
    assert refused.status == 400
    with socket.create_connection(("127.0.0.1", server.admin_port), 5) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n")
        with pytest.raises(ConnectionError):  # nobody reads it to its end
            connection.sendall(b"X-Long: " + b"x" * 100_000_000)
    assert server.http("GET", "status", token=token).status == 200


def test_nobody_else_on_the_machine_reads_what_is_secret(server: Blocker, token: str) -> None:
    """AdGuard Home CVE-2024-36586."""
    for secret in ("tokens.json", "changes.db", "querylog.db", "control.sock"):
        assert (server.state / secret).stat().st_mode & 0o077 == 0, secret
    assert server.state.stat().st_mode & 0o007 == 0
    hashed = json.loads((server.state / "tokens.json").read_text())["tokens"]
    assert {len(each["sha256"]) for each in hashed} == {64}
    assert token not in (server.state / "tokens.json").read_text()


def test_passwords_are_not_told(tmp_path: Path) -> None:
    """As FTL's `********`: of databases and of lists, to whoever may read."""
    extra = (
        "query_log: {store: 'postgresql://blocker:geheim@127.0.0.1:1/log'}\n"
        "subscriptions: [{name: mine, source: 'https://me:geheim@lists.example/hosts'}]\n"
    )
    with blocker(tmp_path, extra=extra) as running:
        running.wait_until_ready()
        reader = running.token("read")
        for endpoint in ENDPOINTS:
            if endpoint.method == "GET" and not endpoint.path.endswith("live"):
                told = running.http("GET", re.sub("[{}]", "", endpoint.path), token=reader)
                assert b"geheim" not in told.body, endpoint.path
        assert b"geheim" not in running.http("GET", "/metrics").body
        (shown,) = running.http("GET", "subscriptions", token=reader).json["subscriptions"]
        assert shown["source"] == "https://***@lists.example/hosts"
        assert "geheim" not in running.log.read_text()


def test_a_body_has_a_bound_also_in_pieces(server: Blocker, token: str) -> None:
    """dnsdist CVE-2026-33257: memory is taken by what is sent, not by what is declared."""
    connection = http.client.HTTPConnection("127.0.0.1", server.admin_port, timeout=10)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    pieces = (b"x" * 4096 for _ in range(20))
    connection.request("POST", f"{BASE}pause", pieces, headers, encode_chunked=True)
    assert connection.getresponse().status == 413
    connection.close()


def test_one_address_that_holds_connections_leaves_room_for_others(server: Blocker) -> None:
    with ExitStack() as stack:
        *_, last = [
            stack.enter_context(
                socket.create_connection(("127.0.0.1", server.admin_port), timeout=5)
            )
            for _ in range(EACH + 1)
        ]
        assert last.recv(1) == b""
        assert server.http("GET", "/healthz", source="127.8.0.1").status == 200
        assert Server(server.state).get("status")["workers"]
    server.wait_until(lambda: "a connection to the API was closed" in server.log.read_text(), 5)


def test_beyond_loopback_it_is_tls_and_nothing_else(tmp_path: Path) -> None:
    """blocky's API was open to all; ours is not even readable."""
    folder = certificates()
    with blocker(tmp_path) as server:
        server.stop()
        text = server.config.read_text()
        tls = f"{{certificate: '{folder}/server.pem', key: '{folder}/server.key'}}"
        server.config.write_text(text.replace("admin: {", f"admin: {{tls: {tls}, "))
        server.start()
        token = server.token("read")
        context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        connection = http.client.HTTPSConnection(
            "127.0.0.1", server.admin_port, context=context, timeout=10
        )
        headers = {"Authorization": f"Bearer {token}"}
        connection.request("GET", f"{BASE}status", headers=headers)
        assert connection.getresponse().status == 200
        connection.close()
        with socket.create_connection(("127.0.0.1", server.admin_port), 5) as plain:
            plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert not plain.recv(100).startswith(b"HTTP")
