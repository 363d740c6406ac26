"""RFC 8484 and RFC 9110: requests of every kind over both HTTP versions, on real connections."""

import asyncio
import base64

import pytest

from tests.support.encrypted import client, https_listener
from tests.support.http1 import get, post, response
from tests.support.http2 import GET, Http2Client
from tests.support.packets import AXFR, query, read

MESSAGE = query("now.example", packet_id=0)
DNS = base64.urlsafe_b64encode(MESSAGE).decode().rstrip("=")
SHORT = base64.urlsafe_b64encode(MESSAGE[:11]).decode().rstrip("=")
WRONG_PATHS = ["/", "/dns-query/", "/metrics", "/api/v1/status", "/healthz", "/dns-query/a/b"]

REQUESTS = [
    ("GET", f"/dns-query?dns={DNS}", "", 200),
    ("POST", "/dns-query", "application/dns-message", 200),
    ("GET", "/dns-query", "", 400),
    ("GET", "/dns-query?dns=", "", 400),
    ("GET", "/dns-query?dns=%%%", "", 400),
    ("GET", f"/dns-query?dns={SHORT}", "", 400),
    ("POST", "/dns-query", "", 415),
    ("POST", "/dns-query", "application/dns-json", 415),
    ("PUT", "/dns-query", "application/dns-message", 405),
    ("DELETE", "/dns-query", "", 405),
    *(("GET", path, "", 404) for path in WRONG_PATHS),
    ("GET", "/dns-query?dns=" + "A" * 9_000, "", 414),
]


@pytest.mark.parametrize("method, path, kind, status", REQUESTS)
def test_status_over_http_1(method: str, path: str, kind: str, status: int) -> None:
    async def run() -> None:
        async with https_listener() as (listener, _), client(listener, ["http/1.1"]) as at:
            body = MESSAGE if method in ("POST", "PUT") else b""
            head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
            head += f"Content-Type: {kind}\r\n" if kind else ""
            at.writer.write(head.encode() + b"\r\n" + body)
            got = await response(at)
            assert got.status == status
            assert (got.headers.get("allow") == "GET, HEAD, POST") == (status == 405)
            assert got.headers["cache-control"] == ("max-age=0" if status == 200 else "no-store")

    asyncio.run(run())


@pytest.mark.parametrize("method, path, kind, status", REQUESTS)
def test_status_over_http_2(method: str, path: str, kind: str, status: int) -> None:
    async def run() -> None:
        async with https_listener() as (listener, _), client(listener, ["h2"]) as at:
            asking = Http2Client(at)
            asking.begin()
            fields = [(":method", method), *GET[1:], (":path", path)]
            fields += [("content-type", kind)] if kind else []
            body = method in ("POST", "PUT")
            number = asking.head(asking.encoder.encode(fields), 4 if body else 5)
            if body:
                asking.send(
                    b"\x00\x00" + bytes((len(MESSAGE), 0, 1)) + number.to_bytes(4, "big") + MESSAGE
                )
            got = await asking.answer(number)
            assert got.status == status
            assert (got.headers.get("allow") == "GET, HEAD, POST") == (status == 405)

    asyncio.run(run())


@pytest.mark.parametrize("packet_id", [0, 1, 0xFFFF])
def test_the_id_is_kept(packet_id: int) -> None:
    # RFC 8484 section 4.1: a client SHOULD use 0; whatever it used comes back.
    async def run() -> None:
        async with https_listener() as (listener, _), client(listener, ["http/1.1"]) as at:
            for _ in range(4):  # forwarded, cached, ready
                at.writer.write(get(query("now.example", packet_id=packet_id)))
                assert read((await response(at)).body).header.id == packet_id

    asyncio.run(run())


def test_a_body_of_any_message_is_taken_and_none_larger() -> None:
    # RFC 8484 section 6: up to 65535 octets; what no query is that long, is a FORMERR.
    async def run() -> None:
        async with https_listener() as (listener, _):
            async with client(listener, ["http/1.1"]) as at:
                at.writer.write(post(MESSAGE + bytes(65_535 - len(MESSAGE))))
                got = await response(at)
                assert (got.status, got.body[3] & 15) == (200, 1)
                at.writer.write(post(bytes(65_536)))
                assert (await response(at)).status == 413
            async with client(listener, ["h2"]) as at:
                asking = Http2Client(at)
                asking.begin()
                got2 = await asking.answer(asking.post(MESSAGE + bytes(65_535 - len(MESSAGE))))
                assert (got2.status, got2.body[3] & 15) == (200, 1)
                assert (await asking.answer(asking.post(bytes(65_536), end=False))).status == 413

    asyncio.run(run())


def test_an_endless_body_is_cut_off_in_bounded_memory() -> None:
    async def run() -> None:
        async with https_listener() as (listener, _), client(listener, ["http/1.1"]) as at:
            at.writer.write(
                b"POST /dns-query HTTP/1.1\r\nHost: x\r\nContent-Type: application/dns-message\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n"
            )
            for _ in range(40):
                at.writer.write(b"1000\r\n" + bytes(4_096) + b"\r\n")
            assert (await response(at)).status == 413
            assert await at.is_closed()

    asyncio.run(run())


@pytest.mark.parametrize("token", ["h2c", "websocket", "HTTP/3.0"])
def test_no_upgrade_is_followed(token: str) -> None:
    async def run() -> None:
        async with https_listener() as (listener, _), client(listener, ["http/1.1"]) as at:
            more = f"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: {token}\r\n"
            more += "HTTP2-Settings: AAMAAABk\r\n"
            at.writer.write(get(MESSAGE, more=more))
            got = await response(at)
            assert got.status == 200
            assert "upgrade" not in got.headers

    asyncio.run(run())


def test_the_preface_of_http_2_is_no_request_of_http_1() -> None:
    async def run() -> None:
        async with https_listener() as (listener, _), client(listener, ["http/1.1"]) as at:
            at.writer.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9))
            assert (await response(at)).status == 400
            assert await at.is_closed()

    asyncio.run(run())


def test_transfers_are_refused_here_too() -> None:
    # dnsdist CVE-2024-25581: a transfer over HTTPS brought it down.
    async def run() -> None:
        async with https_listener() as (listener, behind), client(listener, ["h2"]) as at:
            asking = Http2Client(at)
            asking.begin()
            got = await asking.answer(asking.post(query("now.example", AXFR)))
            assert (read(got.body).header.rcode, behind.asked) == (5, [])

    asyncio.run(run())


def test_ten_thousand_questions_on_one_connection() -> None:
    async def run() -> None:
        async with https_listener() as (listener, _), client(listener, ["h2"]) as at:
            asking = Http2Client(at)
            asking.begin()
            for _ in range(200):
                numbers = [asking.post(query("blocked.example")) for _ in range(50)]
                for number in numbers:
                    assert (await asking.answer(number)).status == 200
                asking.send(b"\x00\x00\x04\x08\x00\x00\x00\x00\x00" + (50 * 60).to_bytes(4, "big"))
            assert len(listener.connections) == 1

    asyncio.run(run())
