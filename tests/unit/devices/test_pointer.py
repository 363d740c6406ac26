"""A PTR question, and what may come back."""

import asyncio
import socket
import threading

import pytest
from dnslib import PTR, QTYPE, RR, DNSRecord

from blocker.core.names import from_text
from blocker.devices.pointer import ask_pointer, pointer_in
from blocker.devices.router import Router

QUESTION = from_text("7.2.0.192.in-addr.arpa") + b"\x00\x0c\x00\x01"


def answered(*names: str, rcode: int = 0) -> bytes:
    reply = DNSRecord.question("7.2.0.192.in-addr.arpa", "PTR").reply()
    reply.header.rcode = rcode
    for name in names:
        reply.add_answer(RR("7.2.0.192.in-addr.arpa", QTYPE.PTR, rdata=PTR(name)))
    return bytes(reply.pack())


def test_the_first_name_is_taken() -> None:
    assert pointer_in(answered("phone.fritz.box", "other"), QUESTION) == "phone.fritz.box"
    assert pointer_in(answered("x.7.2.0.192.in-addr.arpa"), QUESTION).startswith("x.7."), "pointer"
    assert pointer_in(answered(), QUESTION) == ""
    assert pointer_in(answered("phone", rcode=3), QUESTION) == ""


def test_what_makes_no_sense_is_refused() -> None:
    whole = answered("phone.fritz.box")
    for end in range(len(whole)):
        with pytest.raises(ValueError, match=r"too soon|another question"):
            pointer_in(whole[:end], QUESTION)
    with pytest.raises(ValueError, match="another question"):
        pointer_in(whole, from_text("8.2.0.192.in-addr.arpa") + QUESTION[-4:])
    at = whole.index(b"\x05phone")
    with pytest.raises(ValueError, match="no end"):
        pointer_in(whole[:at] + bytes((0xC0, at)) + whole[at + 2 :], QUESTION)


def test_it_is_asked_and_strangers_are_not_heard() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as router:
        router.bind(("127.0.0.1", 0))

        def serve() -> None:
            packet, client = router.recvfrom(512)
            right = packet[:2] + answered("phone.lan")[2:]
            router.sendto(bytes((packet[0] ^ 1,)) + right[1:], client)
            router.sendto(right, client)

        thread = threading.Thread(target=serve)
        thread.start()
        where = Router("127.0.0.1", router.getsockname()[1], "the test")
        assert asyncio.run(ask_pointer(where, "192.0.2.7")) == "phone.lan"
        thread.join()
