"""A client of HTTP/1.1 that can do wrong: it sends octets as they are, and reads responses."""

import asyncio
import base64
from dataclasses import dataclass

from tests.support.listening import Client


@dataclass(frozen=True)
class Response:
    """One response."""

    status: int
    headers: dict[str, str]
    body: bytes


def get(packet: bytes, path: str = "/dns-query", more: str = "") -> bytes:
    dns = base64.urlsafe_b64encode(packet).decode().rstrip("=")
    return f"GET {path}?dns={dns} HTTP/1.1\r\nHost: dns.home.example\r\n{more}\r\n".encode()


def post(packet: bytes, path: str = "/dns-query", more: str = "") -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: dns.home.example\r\n"
        f"Content-Type: application/dns-message\r\nContent-Length: {len(packet)}\r\n{more}\r\n"
    )
    return head.encode() + packet


async def response(client: Client) -> Response:
    """The next one."""
    async with asyncio.timeout(5):
        head = (await client.reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.rstrip().split("\r\n")
        headers = {key.lower(): value for key, value in (each.split(": ") for each in lines)}
        body = await client.reader.readexactly(int(headers.get("content-length", "0")))
    return Response(int(first.split()[1]), headers, body)
