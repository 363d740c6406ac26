"""The wire parser: what a Query holds, and what replies are framed with."""

import pytest

from blocker.core.wire import (
    STREAM_LIMIT,
    UDP_MINIMUM,
    UDP_PAYLOAD,
    FormatError,
    frame,
    opt,
    parse_query,
    unanswerable,
    wants_structured_errors,
)
from tests.support import packets
from tests.support.packets import AAAA, query, question


def test_a_query_holds_the_folded_name_and_the_question_as_asked() -> None:
    parsed = parse_query(query("wWw.Example.com", AAAA))
    assert parsed.name == b"\x03www\x07example\x03com\x00"
    assert (parsed.qtype, parsed.qclass) == (AAAA, 1)
    assert parsed.question == question("wWw.Example.com", AAAA)
    assert (parsed.edns, parsed.do, parsed.cd, parsed.limit) == (False, False, False, UDP_MINIMUM)


def test_equal_questions_share_a_key() -> None:
    plain = parse_query(query("www.example.com")).keyed()
    assert parse_query(query("WWW.Example.COM", packet_id=7, flags=0)).keyed() == plain
    assert parse_query(query("www.example.com", edns=packets.opt(4096))).keyed() == plain


def test_different_questions_do_not() -> None:
    asked = [
        query("www.example.com"),
        query("ww.wexample.com"),
        query("www.example.com", AAAA),
        query("www.example.com", qclass=3),
        query("www.example.com", flags=0x0110),
        query("www.example.com", edns=packets.opt(do=True)),
        query("www.example.com", flags=0x0110, edns=packets.opt(do=True)),
    ]
    assert len({parse_query(packet).keyed() for packet in asked}) == len(asked)


def test_whom_a_question_is_asked_of_tells_it_apart() -> None:
    parsed = parse_query(query("www.example.com"))
    assert parsed.key == b""
    assert parsed.keyed(b"kids") == b"kids" + parse_query(query("www.example.com")).keyed()
    assert parsed.key == parsed.keyed(b"kids")


@pytest.mark.parametrize(
    "payload, limit",
    [(0, 512), (511, 512), (512, 512), (1000, 1000), (1232, 1232), (4096, 1232), (65_535, 1232)],
)
def test_the_limit_lies_between_512_and_what_passes_any_path(payload: int, limit: int) -> None:
    assert parse_query(query(edns=packets.opt(payload))).limit == limit


def test_a_stream_takes_any_size() -> None:
    assert parse_query(query(), STREAM_LIMIT).limit == STREAM_LIMIT
    assert parse_query(query(edns=packets.opt(512)), STREAM_LIMIT).limit == STREAM_LIMIT


def test_the_flags_of_edns() -> None:
    parsed = parse_query(query(flags=0x0110, edns=packets.opt(do=True)))
    assert (parsed.edns, parsed.do, parsed.cd) == (True, True, True)


def test_a_format_error_carries_its_reply() -> None:
    with pytest.raises(FormatError) as caught:
        parse_query(query()[:20])
    assert caught.value.reply == b"\x81\x81" + bytes(8)
    with pytest.raises(FormatError) as caught:
        parse_query(b"")
    assert caught.value.reply == b""


def test_what_we_cannot_deal_with_is_servfail() -> None:
    packet = query(flags=0x0110, packet_id=0x0102)
    assert unanswerable(packet) == b"\x01\x02\x81\x92" + bytes(8)


def test_a_frame_has_rd_and_cd_as_asked_and_its_counts() -> None:
    shape = parse_query(query(flags=0x0110)).shape
    assert frame(shape, 3, 258, 1, 0) == bytes((0x81, 0x93, 0, 1, 1, 2, 0, 1, 0, 0))
    shape = parse_query(query(flags=0)).shape
    assert frame(shape, 0, 0, 0, 1) == bytes((0x80, 0x80, 0, 1, 0, 0, 0, 0, 0, 1))


def test_an_opt_record_only_for_who_sent_one() -> None:
    assert opt(parse_query(query()).shape, packets.option(15, b"\x00\x0ftext")) == b""
    shape = parse_query(query(edns=packets.opt(do=True))).shape
    assert opt(shape) == packets.opt(UDP_PAYLOAD, do=True)
    said = packets.option(15, b"\x00\x0ftext")
    assert opt(shape, said) == packets.opt(UDP_PAYLOAD, do=True, options=said)


@pytest.mark.parametrize("content", [b"", b"\x01\x02"])
def test_structured_errors_are_asked_for_by_an_option(content: bytes) -> None:
    asking, other = packets.option(26, content), packets.option(0x1A1A, content)
    for options, wanted in (
        (asking, True),
        (other + asking + other, True),
        (other, False),
        (b"", False),
    ):
        shape = parse_query(query(edns=packets.opt(options=options))).shape
        assert wants_structured_errors(shape) is wanted
        assert frame(shape, 0, 0, 0, 1)[1] == 0x80


@pytest.mark.parametrize(
    "flags, do, understood",
    [(0x0100, False, False), (0x0120, False, True), (0x0100, True, True), (0x0130, True, True)],
)
def test_who_set_ad_or_do_may_be_told_what_is_authentic(
    flags: int, do: bool, understood: bool
) -> None:
    parsed = parse_query(query(flags=flags, edns=packets.opt(do=do)))
    assert parsed.understands_ad is understood
    assert frame(parsed.shape, 0, 0, 0, 1)[1] & 0x20 == 0


def test_recursion_is_asked_for_or_not() -> None:
    assert parse_query(query()).rd
    assert not parse_query(query(flags=0)).rd
