"""One PTR question over UDP, and the name in its answer.

Rule: a socket of its own for each question, connected, so that its port is random and nobody else
is heard; and an answer has to repeat the id and the question.
"""

import asyncio
import os
import socket
from ipaddress import ip_address
from typing import Final

from blocker.core.names import from_text, to_text
from blocker.devices.router import Router

SECONDS: Final = 2.0
PTR: Final = 12
_HEADER: Final = 12
_ROOM: Final = 4096
_POINTERS: Final = 32  # that are followed; more is a loop


async def ask_pointer(router: Router, address: str) -> str:
    """ "" if there is none. OSError if nobody answers, ValueError if the answer is none."""
    question = from_text(ip_address(address).reverse_pointer) + b"\x00\x0c\x00\x01"
    number = os.urandom(2)
    packet = number + b"\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + question
    family = socket.AF_INET6 if ":" in router.host else socket.AF_INET
    loop = asyncio.get_running_loop()
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        sock.connect(_destination(router))
        sock.send(packet)
        async with asyncio.timeout(SECONDS):
            while True:
                reply = await loop.sock_recv(sock, _ROOM)
                if reply[:2] == number and reply[2:3] >= b"\x80":
                    return pointer_in(reply, question)


def _destination(router: Router) -> tuple[str, int] | tuple[str, int, int, int]:
    host, _, interface = router.host.partition("%")
    if interface:
        return host, router.port, 0, socket.if_nametoindex(interface)
    return host, router.port


def pointer_in(reply: bytes, question: bytes) -> str:
    """The first PTR record of the answer; "" if it has none."""
    try:
        end = _HEADER + len(question)
        if reply[_HEADER:end].lower() != question or reply[4:6] != b"\x00\x01":
            raise ValueError("it answers another question")
        at = end
        for _ in range(int.from_bytes(reply[6:8], "big") if reply[3] & 15 == 0 else 0):
            at = _after_name(reply, at)
            _ = reply[at + 9]  # IndexError unless all of the head is there
            kind = int.from_bytes(reply[at : at + 2], "big")
            length = int.from_bytes(reply[at + 8 : at + 10], "big")
            if kind == PTR:
                return to_text(_name(reply, at + 10))
            at += 10 + length
    except IndexError as error:
        raise ValueError("it ends too soon") from error
    return ""


def _after_name(reply: bytes, at: int) -> int:
    while length := reply[at]:
        if length >= 0xC0:
            return at + 2
        at += length + 1
    return at + 1


def _name(reply: bytes, at: int) -> bytes:
    """In wire form, no pointer left in it."""
    found = b""
    for _ in range(_POINTERS + 128):
        length = reply[at]
        if length >= 0xC0:
            at = (length & 0x3F) << 8 | reply[at + 1]
            continue
        found += reply[at : at + length + 1]
        if not length:
            return found
        if len(found) > 255:
            break
        at += length + 1
    raise ValueError("its name has no end")
