"""RFC 7766, as far as it is the engine's: over TCP nothing is too large, and all else is the same.

Order, deadlines and bounds of connections are tested in tests/unit/listen.
"""

import pytest

from tests.support.packets import AAAA, HTTPS, A, opt, query
from tests.support.resolver import Resolver
from tests.support.rules import rule


def addresses(count: int, name: str = "www.example.com") -> list[str]:
    return [f"{name}. 300 IN A 10.0.{number >> 8}.{number & 255}" for number in range(count)]


def test_what_was_truncated_is_whole() -> None:
    # Section 5: after TC over UDP the client comes back over TCP; nobody is asked again.
    resolver = Resolver()
    resolver.upstream_says(*addresses(4_000))
    assert resolver.ask(edns=opt()).header.tc == 1
    for _ in range(3):
        reply = resolver.ask(edns=opt(), tcp=True)
        assert (reply.header.tc, len(reply.rr)) == (0, 4_000)
    assert len(resolver.forwarded) == 1


def test_a_ready_datagram_is_never_sent_over_tcp() -> None:
    resolver = Resolver()
    resolver.upstream_says(*(f"www.example.com. 300 IN A 192.0.2.{n}" for n in range(40)))
    for _ in range(4):
        assert resolver.ask().header.tc == 1
        assert len(resolver.ask(tcp=True).rr) == 40


@pytest.mark.parametrize(
    "name", ["www.example.com", "blocked.example", "localhost", "fails.example"]
)
@pytest.mark.parametrize("qtype", [A, AAAA, HTTPS])
def test_both_transports_say_the_same(name: str, qtype: int) -> None:
    # Section 4: TCP is no lesser transport.
    resolver = Resolver(rule("blocked.example"))
    if name == "www.example.com":
        resolver.upstream_says("www.example.com. 300 IN A 192.0.2.1")
    packet = query(name, qtype, edns=opt(do=True))
    resolver.send(packet)
    assert resolver.send(packet) == resolver.send(packet, tcp=True)


def test_a_reply_fits_its_length_field() -> None:
    # Section 8: two octets of length; with our OPT a reply may outgrow what an upstream sent.
    name = "wwwwwww.example.com"
    resolver = Resolver()
    resolver.upstream_says(*addresses(4_093, name))
    assert len(resolver.ask(name, tcp=True).rr) == 4_093
    assert len(resolver.last) == 65_525
    assert resolver.ask(name, edns=opt(), tcp=True).header.tc == 1
