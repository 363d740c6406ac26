"""The wire parser: what a Query holds, and what replies are framed with."""

import pytest

from blocker.core.wire import (
    MAX_TEXT,
    STREAM_LIMIT,
    UDP_MINIMUM,
    UDP_PAYLOAD,
    FormatError,
    frame,
    opt,
    parse_query,
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


def test_a_frame_has_rd_and_cd_as_asked_and_its_counts() -> None:
    shape = parse_query(query(flags=0x0110)).shape
    assert frame(shape, 3, 258, 1, 0) == bytes((0x81, 0x93, 0, 1, 1, 2, 0, 1, 0, 0))
    shape = parse_query(query(flags=0)).shape
    assert frame(shape, 0, 0, 0, 1) == bytes((0x80, 0x80, 0, 1, 0, 0, 0, 0, 0, 1))


def test_an_opt_record_only_for_who_sent_one() -> None:
    assert opt(parse_query(query()).shape, 15, "text") == b""
    shape = parse_query(query(edns=packets.opt(do=True))).shape
    assert opt(shape) == packets.opt(UDP_PAYLOAD, do=True)
    assert opt(shape, 15, "text") == packets.opt(
        UDP_PAYLOAD, do=True, options=packets.option(15, b"\x00\x0ftext")
    )


def test_a_text_is_cut() -> None:
    shape = parse_query(query(edns=packets.opt())).shape
    assert len(opt(shape, 15, "x" * 10_000)) == 11 + 4 + 2 + MAX_TEXT
