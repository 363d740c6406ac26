"""Fuzz: any packet from a client.

Invariant: no exception; no answer to a response or to less than a header; what is sent is a
response with the id, opcode and question of the query, no larger than its client takes, and
dnslib can read it. The outcomes are silence, a header with FORMERR or NOTIMP, a whole reply, or
a question for an upstream.
"""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from blocker.core import wire
from blocker.core.engine import Engine, Forward, View
from blocker.core.sinkhole import Sinkhole
from blocker.core.wire import FormatError, Query, parse_query
from tests.fuzz.strategies import PACKETS
from tests.support.packets import FORMERR, NOTIMP, OPT, opt, query, read
from tests.support.rules import entry, keep, policy, rule

CLIENTS = st.sampled_from(["192.168.1.20", "fe80::1%eth0", "203.0.113.9"])
POLICY = policy(rule("a.com"), rule("b", "allow"), entry("xiaomi.com"), keep("www.xiaomi.com"))


def engines() -> list[Engine]:
    sinkholes = [Sinkhole(), Sinkhole("nxdomain"), Sinkhole("refused")]
    return [Engine(View(POLICY, sinkhole), cache_octets=1 << 16) for sinkhole in sinkholes]


ENGINES = engines()


@given(PACKETS, CLIENTS, st.booleans(), st.sampled_from(ENGINES))
@settings(max_examples=1_000)
@example(b"", "192.168.1.20", False, ENGINES[0])
@example(query(flags=0x8100), "192.168.1.20", True, ENGINES[0])
@example(query("a.com", edns=opt(0)), "192.168.1.20", False, ENGINES[0])
def test_any_packet(packet: bytes, client: str, tcp: bool, engine: Engine) -> None:
    ask = engine.on_stream_query if tcp else engine.on_query
    for now in (0.0, 0.0, 1.0):  # the second time by another way, perhaps
        outcome = ask(packet, client, now)
        if isinstance(outcome, Forward):
            assert client != "203.0.113.9"
            outcome = engine.on_failure(outcome, now, 22, "no upstream")
        if len(packet) < 12 or packet[2] & 0x80:
            assert outcome is None
        else:
            assert outcome is not None
            check(packet, outcome, 65_535 if tcp else 1232)


def check(packet: bytes, reply: bytes, most: int) -> None:
    assert reply[:2] == packet[:2]
    assert reply[2] & 0xF8 == 0x80 | packet[2] & 0x78  # a response, to the same opcode
    asked = question_of(packet) if reply[4:12] != bytes(8) else b""
    assert reply[12:].startswith(asked)
    # dnslib takes no other octets in a label than ASCII.
    said = read(reply[:12] + asked.translate(_ASCII) + reply[12 + len(asked) :])
    assert (said.header.ad, said.header.z, said.header.ra) == (0, 0, 1)
    assert not (said.header.aa and said.header.rcode not in (wire.NOERROR, wire.NXDOMAIN))
    if reply[4:12] == bytes(8):
        assert said.header.rcode in (FORMERR, NOTIMP)
        assert len(reply) == 12
        return
    assert reply[4:6] == b"\x00\x01"
    options = [record for record in said.ar if record.rtype == OPT]
    assert len(options) == len(said.ar) <= 1
    parsed = parsed_or_none(packet, most)
    if parsed is not None:
        assert len(reply) <= parsed.limit <= most
        assert bool(options) == parsed.edns


_ASCII = bytes(octet if octet < 0x80 else 0x78 for octet in range(256))


def question_of(packet: bytes) -> bytes:
    end = 12
    while packet[end]:
        end += packet[end] + 1
    return packet[12 : end + 5]


def parsed_or_none(packet: bytes, most: int) -> Query | None:
    try:
        return parse_query(packet, most)
    except FormatError:
        return None
