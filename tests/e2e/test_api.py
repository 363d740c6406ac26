"""The admin API as a client on the network finds it, friendly or not."""

import http.client
import json
import socket
from collections.abc import Iterator
from itertools import count

import pytest

from blocker.admin.app import BASE, ENDPOINTS
from tests.support.blocker import BLOCKED, Blocker, blocker

READ = (
    "status", f"explain?name={BLOCKED}", "rules", "allowances", "vendors",
    "purposes", "audit",
)  # fmt: skip
ADDRESSES = count(1)  # each wrong token from another, or one would be locked out soon
CHANGE = ("pause", "resume", "reload", "undo", "written")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blocker]:
    """One for all tests here: none of them changes what another sees."""
    with blocker(tmp_path_factory.mktemp("api")) as running:
        running.wait_until_ready()
        yield running


@pytest.fixture(scope="module")
def reader(server: Blocker) -> str:
    return server.token("read")


@pytest.fixture(scope="module")
def admin(server: Blocker) -> str:
    return server.token("admin")


@pytest.mark.parametrize(
    "path",
    [
        *(f"/api/v1/{path}" for path in (*READ, *CHANGE)),
        *("/?", "//", "/api", "/api/v1/", "/api/v1/status/", "//api/v1/status", "/api/v1/%73tatus"),
        *("/api/v1/../v1/status", "/%2e%2e/etc/passwd", "/metrics/", "//metrics", "/healthz?x"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"])
def test_without_a_token_nothing_is_told(server: Blocker, method: str, path: str) -> None:
    for token in ("", "blocker_wrong", "x" * 4000):
        source = f"127.1.{(number := next(ADDRESSES)) >> 8}.{number & 255}"
        assert server.http(method, path, token=token, source=source).status in (401, 403)


def test_an_upgrade_is_no_way_round_the_token(server: Blocker) -> None:
    upgraded = server.http(
        "GET", "status", Connection="Upgrade, HTTP2-Settings", Upgrade="h2c", HTTP2_Settings="AAMA"
    )
    assert upgraded.status == 401


@pytest.mark.parametrize("path", READ)
def test_a_token_to_read_reads(server: Blocker, reader: str, path: str) -> None:
    response = server.http("GET", path, token=reader)
    assert response.status == 200
    assert response.json


@pytest.mark.parametrize("path", CHANGE)
def test_a_token_to_read_changes_nothing(server: Blocker, reader: str, path: str) -> None:
    refused = server.http("POST", path, {"for": "1h"}, reader)
    assert refused.status == 403
    assert refused.json["status"] == 403
    assert "has scope read; this takes scope" in refused.json["detail"]
    assert server.address() == "0.0.0.0"


@pytest.mark.parametrize("path", CHANGE)
def test_asking_changes_nothing(server: Blocker, admin: str, path: str) -> None:
    refused = server.http("GET", path, token=admin)
    assert refused.status == 405
    assert refused.headers["Allow"] == "POST"
    assert refused.headers["Content-Type"].startswith("application/problem+json")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_machines_on_this_host_need_no_token(server: Blocker, path: str) -> None:
    assert server.http("GET", path).status == 200


@pytest.mark.parametrize(
    "host", ["attacker.example", "attacker.example:8053", "127.0.0.1.attacker.example", "", "[::"]
)
def test_a_name_rebound_to_this_address_is_refused(server: Blocker, reader: str, host: str) -> None:
    assert server.http("GET", "status", token=reader, Host=host).status in (400, 421)
    assert server.http("GET", "/metrics", Host=host).status in (400, 421)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost:9999", "[::1]:80", "192.0.2.1", socket.gethostname()]
)
def test_our_own_names_are_taken(server: Blocker, reader: str, host: str) -> None:
    assert server.http("GET", "status", token=reader, Host=host).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://attacker.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_a_page_from_elsewhere_changes_nothing(
    server: Blocker, admin: str, headers: dict[str, str]
) -> None:
    for path in CHANGE:
        assert server.http("POST", path, {"for": "1h"}, admin, **headers).status == 403
    assert server.address() == "0.0.0.0"


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""],
)
def test_a_form_changes_nothing(server: Blocker, admin: str, content_type: str) -> None:
    body = '{"for": "1h"}'
    refused = server.http("POST", "pause", body, admin, Content_Type=content_type)
    assert refused.status == 415
    assert server.address() == "0.0.0.0"


def test_our_own_page_may(server: Blocker, admin: str) -> None:
    own = f"http://127.0.0.1:{server.admin_port}"
    response = server.http("POST", "resume", {}, admin, Origin=own, Sec_Fetch_Site="same-origin")
    assert response.status == 200


def test_no_answer_lets_other_origins_in_and_all_are_guarded(server: Blocker, reader: str) -> None:
    for response in (
        server.http("GET", "status", token=reader, Origin="http://attacker.example"),
        server.http("GET", "nowhere", token=reader),
        server.http("GET", "status"),
        server.http("GET", "/metrics"),
        server.http("OPTIONS", "status", Origin="http://attacker.example"),
    ):
        names = {name.lower() for name in response.headers}
        assert not [name for name in names if name.startswith("access-control-")]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["X-Frame-Options"] == "DENY"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cache-Control"] == "no-store"
        assert "Server" not in response.headers


@pytest.mark.parametrize(
    "body, status",
    [
        ("{", 400),
        (b"\xff", 400),
        ("[" * 60_000, 400),
        ("[]", 422),
        ("null", 422),
        ("{}", 422),
        ('{"for": 5}', 422),
        ('{"for": "0s"}', 422),
        ('{"for": "-5m"}', 422),
        ('{"for": "99999999999d"}', 422),
        ('{"for": "5m", "more": 1}', 422),
        ('{"seconds": "5m"}', 422),
        (json.dumps({"for": "x" * 70_000}), 413),
    ],
)
def test_a_body_that_does_not_fit_is_told_so(
    server: Blocker, admin: str, body: str | bytes, status: int
) -> None:
    refused = server.http("POST", "pause", body, admin)
    assert refused.status == status
    assert refused.headers["Content-Type"].startswith("application/problem+json")
    assert refused.json["status"] == status
    assert refused.json["detail"]
    assert server.address() == "0.0.0.0"


def test_a_path_that_is_not_there(server: Blocker, reader: str) -> None:
    missing = server.http("GET", "nowhere", token=reader)
    assert missing.status == 404
    assert "openapi.json" in missing.json["detail"]


def test_explain_tells_all_there_is(server: Blocker, reader: str) -> None:
    told = server.http("GET", f"explain?name={BLOCKED}&type=HTTPS", token=reader).json
    assert (told["action"], told["vendor"], told["purpose"]) == ("block", "xiaomi", "analytics")
    assert told["rule"]["list"] == "lists/vendors/xiaomi.yaml"
    assert told["evidence"][0]["url"].startswith("https://")


@pytest.mark.parametrize("query", ["", "name=", "name=a..b", "name=a&type=NOPE", "name=a&client=x"])
def test_explain_of_nothing(server: Blocker, reader: str, query: str) -> None:
    refused = server.http("GET", f"explain?{query}", token=reader)
    assert refused.status == 422
    assert refused.json["detail"]


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=1>.example", 'a"b.example', "a\x1b[31m.example"]
)
def test_a_hostile_name_stays_text(server: Blocker, reader: str, name: str) -> None:
    from urllib.parse import quote

    response = server.http("GET", f"explain?name={quote(name)}", token=reader)
    assert response.headers["Content-Type"].startswith("application/")
    assert b"\x1b" not in response.body


def test_the_description_has_every_route_and_model(server: Blocker, reader: str) -> None:
    spec = server.http("GET", "openapi.json", token=reader).json
    assert spec["openapi"] == "3.1.0"
    assert set(spec["paths"]) == {f"{BASE}{endpoint.path}" for endpoint in ENDPOINTS}
    paths = {f"{BASE}{path.partition('?')[0]}" for path in (*READ, *CHANGE)}
    assert paths - {f"{BASE}openapi.json"} <= set(spec["paths"])
    text = json.dumps(spec)
    for reference in {part.split('"')[0] for part in text.split('"$ref": "#/')[1:]}:
        found = spec
        for step in reference.split("/"):
            found = found[step]


def test_one_connection_cannot_hold_the_rest_up(server: Blocker, reader: str) -> None:
    held = [
        socket.create_connection(
            ("127.0.0.1", server.admin_port), source_address=(f"127.7.0.{1 + each % 2}", 0)
        )
        for each in range(50)
    ]
    try:
        for sock in held:
            sock.send(b"POST /api/v1/pause HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n")
        assert server.http("GET", "status", token=reader).status == 200
    finally:
        for sock in held:
            sock.close()


def test_two_lengths_are_no_request(server: Blocker) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.admin_port, timeout=5)
    connection.putrequest("POST", "/api/v1/pause")
    connection.putheader("Content-Length", "5")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders(b"0\r\n\r\n")
    assert connection.getresponse().status == 400
    connection.close()
