"""The query we send, and the first look at what comes back."""

import pytest
from dnslib import DNSRecord

from blocker.core.names import from_text
from blocker.core.wire import parse_query
from blocker.upstream.packet import (
    KEEPALIVE,
    Entropy,
    aged,
    compose,
    compose_padded,
    is_answer,
    is_bare_refusal,
    is_response,
    is_too_long,
    keepalive_of,
    mixed_case,
    padded,
    rcode_of,
    repeats,
    with_options,
)
from tests.support.asking import query_packet
from tests.support.steps import messages, response

NAME = from_text("data.mistat.xiaomi.com")
QUESTION = NAME + b"\x00\x01\x00\x01"


def test_entropy_gives_every_octet_out_once() -> None:
    entropy = Entropy()
    drawn = [entropy.take(16) for _ in range(2000)]
    assert {len(one) for one in drawn} == {16}
    assert len(set(drawn)) == 2000


def test_mixed_case_changes_letters_only_and_is_the_same_name() -> None:
    name = from_text("a-b_c0.x{y}.example")
    flipped = mixed_case(name, b"\xff" * len(name))
    assert flipped.lower() == name
    assert flipped == name.upper()
    assert mixed_case(name, bytes(len(name))) == name


def test_mixed_case_leaves_octets_that_only_look_like_letters() -> None:
    name = b"\x04\xe1\xfa`{\x3eaa" + b"b" * 60 + b"\x00"
    assert mixed_case(name, b"\xff" * len(name)) == b"\x04\xe1\xfa`{\x3eAA" + b"B" * 60 + b"\x00"


def test_about_half_the_letters_are_flipped() -> None:
    entropy = Entropy()
    name = from_text("a" * 60)
    upper = sum(mixed_case(name, entropy.take(len(name))).count(b"A") for _ in range(200))
    assert 5400 < upper < 6600


def test_dnslib_reads_what_we_compose() -> None:
    for flags in range(4):
        record = DNSRecord.parse(compose(b"\x12\x34", flags, QUESTION, edns=True))
        assert record.header.id == 0x1234
        assert record.header.rd == 1
        assert record.header.cd == flags & 1
        assert str(record.q.qname) == "data.mistat.xiaomi.com."
        (opt,) = record.ar
        assert opt.edns_len == 1232
        assert opt.edns_do == flags >> 1
        assert not opt.rdata
        plain = DNSRecord.parse(compose(b"\x12\x34", flags, QUESTION, edns=False))
        assert not plain.ar


def test_the_flags_are_those_of_the_key_of_a_query() -> None:
    query = parse_query(query_packet("a.example", do=True))
    record = DNSRecord.parse(compose(b"\x00\x01", query.keyed()[-1], query.question, edns=True))
    assert record.ar[0].edns_do == 1
    assert record.header.cd == 0


@pytest.mark.parametrize("label", range(1, 60, 7))
@pytest.mark.parametrize("options", [b"", KEEPALIVE])
def test_padding_hides_how_long_the_name_is(label: int, options: bytes) -> None:
    question = bytes((label,)) + b"a" * label + b"\x07example\x00\x00\x01\x00\x01"
    query = padded(compose(b"\x00\x01", 2, question, edns=True), options)
    assert len(query) == 128
    record = DNSRecord.parse(query)
    assert record.ar[0].edns_do == 1
    codes = [option.code for option in record.ar[0].rdata]
    assert codes == ([11, 12] if options else [12])
    for shape in range(4):
        plain = compose(b"\x00\x01", shape, question, edns=True)
        assert compose_padded(b"\x00\x01", shape, question) == padded(plain)


def test_options_stand_in_the_record_that_is_there() -> None:
    query = with_options(compose(b"\x00\x01", 0, QUESTION, edns=True), KEEPALIVE)
    assert query == compose(b"\x00\x01", 0, QUESTION, edns=True)[:-2] + b"\x00\x04" + KEEPALIVE


def test_how_long_a_connection_may_idle_is_read_where_it_is_said() -> None:
    good = response(b"\x00\x01", QUESTION)
    record = b"\x00\x00\x29\x04\xd0" + bytes(4) + b"\x00\x0a\x00\x0f\x00\x00\x00\x0b\x00\x02"
    answer = good[:11] + b"\x01" + good[12:] + record + b"\x01\x2c"
    assert keepalive_of(answer, QUESTION) == 30.0
    for end in range(len(answer)):
        assert keepalive_of(answer[:end], QUESTION) is None
    assert keepalive_of(response(b"\x00\x01", QUESTION), QUESTION) is None


def test_only_a_response_to_a_query_with_one_question_is_a_response() -> None:
    good = response(b"\x00\x01", QUESTION)
    assert is_response(good)
    assert not is_response(good[:12])
    assert not is_response(good[:2] + b"\x01" + good[3:])  # QR=0
    assert not is_response(good[:2] + b"\xa1" + good[3:])  # another opcode
    assert not is_response(good[:5] + b"\x02" + good[6:])


def test_an_answer_is_whole_and_to_our_question_whatever_its_case() -> None:
    good = response(b"\x00\x01", QUESTION)
    assert is_answer(good, QUESTION)
    assert is_answer(response(b"\x00\x01", NAME.upper() + QUESTION[-4:]), QUESTION)
    assert not is_answer(good[:2] + b"\x83" + good[3:], QUESTION)  # TC
    assert not is_answer(good[:2] + b"\x01" + good[3:], QUESTION)  # QR=0
    assert not is_answer(good[:5] + b"\x02" + good[6:], QUESTION)
    assert not is_answer(response(b"\x00\x01", NAME + b"\x00\x1c\x00\x01"), QUESTION)
    assert not any(is_answer(good[:end], QUESTION) for end in range(len(QUESTION) + 12))


def test_time_that_is_gone_is_taken_off_every_ttl() -> None:
    (answer,) = messages("alias", "b.example", b"\x00\x01", QUESTION, opt=True)
    assert [one.ttl for one in DNSRecord.parse(aged(answer, QUESTION, 25)).rr] == [35, 35]
    assert [one.ttl for one in DNSRecord.parse(aged(answer, QUESTION, 99)).rr] == [0, 0]
    for end in range(len(answer)):
        aged(answer[:end], QUESTION, 5)


def test_a_question_repeats_ours_in_any_case_but_not_of_any_type() -> None:
    assert repeats(response(b"\x00\x01", QUESTION.upper()), QUESTION)
    assert not repeats(response(b"\x00\x01", NAME + b"\x00\x1c\x00\x01"), QUESTION)
    assert not repeats(
        response(b"\x00\x01", from_text("data.mistat.xiaomi.org") + b"\0\1\0\1"), QUESTION
    )


def test_the_rcode_has_its_upper_bits_where_nothing_else_is_said() -> None:
    assert rcode_of(response(b"\x00\x01", QUESTION, rcode=5, answers=0), QUESTION) == 5
    (bad_version,) = messages("bad-version", "", b"\x00\x01", QUESTION, opt=True)
    assert rcode_of(bad_version, QUESTION) == 16


@pytest.mark.parametrize(
    "rcode,rtype,octets,too_long",
    [(6, 39, 13, True), (6, 5, 13, False), (0, 39, 13, False), (6, 39, 12, False)],
)
def test_a_name_is_too_long_by_a_dname(rcode: int, rtype: int, octets: int, too_long: bool) -> None:
    said = response(b"\x00\x01", QUESTION, rcode=rcode, answers=0)
    record = b"\xc0\x0c" + bytes((0, rtype)) + b"\x00\x01" + bytes(5) + b"\x01\x00"
    message = said[:7] + b"\x01" + said[8:] + record[:octets]
    assert is_too_long(message, QUESTION) == too_long


def test_a_bare_header_can_refuse_edns() -> None:
    assert is_bare_refusal(b"\x00\x01\x81\x81" + bytes(8))
    assert is_bare_refusal(b"\x00\x01\x81\x84" + bytes(8))
    assert not is_bare_refusal(b"\x00\x01\x81\x82" + bytes(8))
    assert not is_bare_refusal(b"\x00\x01\x01\x01" + bytes(8))
    assert not is_bare_refusal(response(b"\x00\x01", QUESTION, rcode=1))
