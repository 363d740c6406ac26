"""The oracle of replies: what it lets pass, and what it does not."""

import pytest

from tests.fuzz.judging import fault, is_answerable
from tests.support.packets import OPT, opt, query, question, response

ASKED = query("www.example.com", edns=opt())
RECORD = "www.example.com. 60 IN A 192.0.2.1"


def reply(*records: str, asked: bytes = ASKED) -> bytes:
    return asked[:2] + response(question("www.example.com"), *records)[2:]


def test_what_is_right_has_no_fault() -> None:
    assert not fault(ASKED, reply(), stream=False)
    assert not fault(ASKED, reply(RECORD), stream=False)
    assert not fault(ASKED, ASKED[:2] + b"\x81\x81" + bytes(8), stream=False)  # FORMERR, bare


GOOD = reply(RECORD)
FAULTS = {
    "nothing": (b"", "no response"),
    "a query": (GOOD[:2] + b"\x01" + GOOD[3:], "no response"),
    "another opcode": (GOOD[:2] + b"\xa1" + GOOD[3:], "another opcode"),
    "no RA": (GOOD[:3] + b"\x00" + GOOD[4:], "RA is not"),
    "Z": (GOOD[:3] + b"\xc0" + GOOD[4:], "Z is set"),
    "a bare answer": (GOOD[:4] + bytes(8), "a header alone"),
    "two questions": (GOOD[:5] + b"\x02" + GOOD[6:], "2 questions"),
    "another question": (GOOD[:13] + b"x" + GOOD[14:], "another question"),
    "too few records": (GOOD[:7] + b"\x02" + GOOD[8:], "ends early"),
    "too many octets": (GOOD + b"\x00", "do not fill it"),
    "cut": (GOOD[:-1], "do not fill it"),
    "too large": (GOOD + bytes(2000), "octets are more"),
    "a TTL beyond all": (reply("www.example.com. 86401 IN A 192.0.2.1"), "a TTL of 86401"),
    "two OPT records": (GOOD[:11] + b"\x02" + GOOD[12:] + opt() * 2, "2 OPT records"),
}


@pytest.mark.parametrize("wrong, says", FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_is_named(wrong: bytes, says: str) -> None:
    assert says in fault(ASKED, wrong, stream=False)


def test_a_response_and_less_than_a_header_are_owed_nothing() -> None:
    assert OPT == 41
    assert is_answerable(ASKED)
    for packet in (b"", ASKED[:11], GOOD):
        assert not is_answerable(packet)
        assert fault(packet, GOOD, stream=False)


def test_only_a_connection_takes_more_than_a_datagram_may_hold() -> None:
    plain = query("www.example.com")
    large = reply(*[RECORD] * 40, asked=plain)
    assert 512 < len(large) < 1232
    assert "more than the client takes" in fault(plain, large, stream=False)
    assert not fault(plain, large, stream=True)
    assert not fault(ASKED, reply(*[RECORD] * 40), stream=False)
