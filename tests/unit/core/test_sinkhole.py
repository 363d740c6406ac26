"""The sinkhole's replies; that all types agree is tested in tests/protocol."""

import pytest

from blocker.core.policy import Rule, Verdict
from blocker.core.sinkhole import Mode, Sinkhole, record, soa
from blocker.core.wire import parse_query
from tests.support.packets import AAAA, MX, extended_errors, lines, opt, option, query, read
from tests.support.rules import listed, rule

BLOCKED = Verdict("block", rule("a.example"))


def test_parts_are_made_once_per_frame_and_type() -> None:
    sinkhole = Sinkhole()
    verdict = Verdict("block", rule("example"))
    for name in ("a.example", "b.example", "c.d.example"):
        for qtype in (1, AAAA, MX, 65, 16):
            for edns in (b"", opt(), opt(do=True)):
                sinkhole.tail(parse_query(query(name, qtype, edns=edns)), verdict)
    assert len(verdict.ready) == 9  # A, AAAA and the rest; three frames


@pytest.mark.parametrize("mode", ["nxdomain", "nodata", "null-ip", "refused", "tcp-only"])
def test_a_rule_that_says_itself_how_it_answers_answers_as_a_zone_does(mode: str) -> None:
    def answers_with_authority(made: Rule) -> bool:
        tail = Sinkhole().tail(parse_query(query("a.example")), Verdict("block", made))
        return bool(read(bytes(2) + tail).header.aa)

    assert answers_with_authority(listed("a.example", mode=mode))
    assert answers_with_authority(listed(".", match="client", mode=mode))
    assert not answers_with_authority(listed(".", match="address", mode=mode))
    assert not answers_with_authority(listed("a.example"))


def test_several_addresses() -> None:
    sinkhole = Sinkhole(ipv4=(b"\xc0\x00\x02\x01", b"\xc0\x00\x02\x02"), ttl=5)
    reply = read(bytes(2) + sinkhole.tail(parse_query(query("a.example")), BLOCKED))
    assert lines(reply.rr) == ["a.example. 5 A 192.0.2.1", "a.example. 5 A 192.0.2.2"]


def test_records_point_to_the_question() -> None:
    assert record(1, 30, b"abcd") == b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x1e\x00\x04abcd"
    assert soa(7).endswith(b"\x00\x00\x00\x07")


@pytest.mark.parametrize("structured", [False, True])
@pytest.mark.parametrize("mode", ["addresses", "nodata", "nxdomain"])
def test_a_text_makes_room_for_the_records(structured: bool, mode: Mode) -> None:
    # The longest name with the longest text does not fit 512 octets beside an SOA.
    name = ".".join(["x" * 62] * 4)
    verdict = Verdict("block", listed(name, list="L" * 500))
    edns = opt(512, options=option(26) if structured else b"")
    for asked, limit in ((name, 512), ("x" * 62, 512), (name, 65_535)):
        parsed = parse_query(query(asked, AAAA, edns=edns), 1232 if limit == 512 else limit)
        reply = bytes(2) + Sinkhole(mode).tail(parsed, verdict)
        said = read(reply)
        assert len(reply) <= limit
        assert (said.header.tc, len(said.rr) + len(said.auth)) == (0, 1)
        ((code, text), *_) = extended_errors(said)
        assert code == 15
        assert text or (asked == name and limit == 512)
