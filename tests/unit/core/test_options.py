"""Padding and keepalive of messages over connections (RFC 7828, 7830, 8467)."""

import pytest

from blocker.core.options import BLOCK, KEPT, PADDED, granted, wishes
from blocker.core.wire import STREAM_LIMIT, FormatError, parse_query
from tests.support.packets import opt, option, query, read
from tests.support.resolver import Resolver

KEEPALIVE, PADDING, COOKIE = 11, 12, 10


@pytest.mark.parametrize(
    "options, wished",
    [
        (b"", 0),
        (option(PADDING, bytes(80)), PADDED),
        (option(PADDING), PADDED),
        (option(KEEPALIVE), KEPT),
        (option(COOKIE, bytes(8)) + option(KEEPALIVE) + option(PADDING, bytes(3)), KEPT | PADDED),
        (option(COOKIE, bytes(8)), 0),
    ],
)
def test_what_a_query_wishes_for(options: bytes, wished: int) -> None:
    assert wishes(query("www.example.com", edns=opt(options=options))) == wished
    assert wishes(query("www.example.com")) == 0


@pytest.mark.parametrize("cut", range(12, 60))
def test_what_is_cut_off_wishes_for_nothing_and_harms_nothing(cut: int) -> None:
    whole = query("www.example.com", edns=opt(options=option(PADDING, bytes(9))))
    assert wishes(whole[:cut]) in (0, PADDED)


@pytest.mark.parametrize("name", ["a.example", "b" * 60 + ".example", "blocked.example"])
@pytest.mark.parametrize("wished", [PADDED, KEPT, PADDED | KEPT])
def test_a_reply_gets_what_was_wished_for(name: str, wished: int) -> None:
    resolver = Resolver()
    resolver.upstream_says(f"{name}. 300 IN A 192.0.2.1")
    resolver.ask(name, edns=opt(), tcp=True)
    reply = granted(resolver.last, wished, 30.0)
    options = {each.code: each.data for each in read(reply).ar[0].rdata}
    assert (KEEPALIVE in options, PADDING in options) == (bool(wished & KEPT), wished >= PADDED)
    assert options.get(KEEPALIVE, b"\x01\x2c") == b"\x01\x2c"  # 300 times 100 ms
    assert wished < PADDED or len(reply) % BLOCK == 0


def test_a_reply_without_edns_stays_as_it_is() -> None:
    resolver = Resolver()
    resolver.upstream_says("www.example.com. 300 IN A 192.0.2.1")
    resolver.ask(tcp=True)
    assert granted(resolver.last, PADDED | KEPT, 30.0) == resolver.last


def test_the_largest_replies_are_not_padded_beyond_a_message() -> None:
    resolver = Resolver()
    resolver.upstream_says(*(f'www.example.com. 300 IN TXT "{n:0250d}"' for n in range(247)))
    resolver.ask(edns=opt(), tcp=True, qtype=16)
    assert len(resolver.last) > 64_900
    assert len(granted(resolver.last, PADDED, 30.0)) <= 65_535


def test_a_client_that_tells_a_time_is_wrong() -> None:
    # RFC 7828 section 3.2.1: FORMERR on a connection; over UDP the option is ignored.
    packet = query("www.example.com", edns=opt(options=option(KEEPALIVE, b"\x00\x64")))
    with pytest.raises(FormatError) as caught:
        parse_query(packet, STREAM_LIMIT)
    assert caught.value.reply[1] & 15 == 1
    assert parse_query(packet).name
    empty = query("www.example.com", edns=opt(options=option(KEEPALIVE)))
    assert parse_query(empty, STREAM_LIMIT).name
