"""RFC 9619: a query has one question. With more, two parsers disagree about which was asked."""

import pytest

from tests.support.packets import FORMERR, header, opt, question
from tests.support.resolver import Resolver


@pytest.mark.parametrize("count", [0, 2, 3, 255, 256, 257, 0xFFFF])
@pytest.mark.parametrize("tcp", [False, True])
def test_any_other_number_is_formerr(count: int, tcp: bool) -> None:
    # Section 4.
    resolver = Resolver()
    packet = header(counts=(count, 0, 0, 0)) + question("www.example.com") * min(count, 20)
    reply = resolver.send(packet, tcp=tcp)
    assert reply is not None
    assert (reply[3] & 15, reply[4:12], resolver.forwarded) == (FORMERR, bytes(8), [])


def test_edns_makes_no_exception() -> None:
    # RFC 7873 section 5.4 would: a cookie alone. There are no cookies here.
    reply = Resolver().send(header(counts=(0, 0, 0, 1)) + opt())
    assert reply is not None
    assert reply[3] & 15 == FORMERR


def test_an_upstream_with_two_questions_is_not_believed() -> None:
    resolver = Resolver()
    body = (
        question("www.example.com") * 2
        + b"\xc0\x0c"
        + bytes((0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, 1))
    )
    resolver.upstream_sends(header(flags=0x8180, counts=(2, 1, 0, 0)) + body)
    assert resolver.ask().header.rcode == 2
    assert len(resolver.engine.answers) == 0
