"""What an upstream says beside its answer: that it blocked, and where a service is."""

import pytest

from blocker.core.beside import is_blocked_upstream, services_lead_home
from blocker.core.names import from_text
from tests.support.packets import HTTPS, opt, option, question, response

ASKED = question("www.example.com")
START = 12 + len(ASKED)
PLAIN = response(ASKED, "www.example.com. 300 IN A 192.0.2.1")


def with_options(message: bytes, options: bytes, *before: bytes) -> bytes:
    count = bytes((len(before) + 1,))
    return message[:11] + count + message[12:] + b"".join(before) + opt(options=options)


def code(number: int) -> bytes:
    return option(15, number.to_bytes(2, "big") + b"why")


@pytest.mark.parametrize("number, blocked", [(15, 1), (16, 1), (17, 1), (35, 1), (4, 0), (3, 0)])
def test_it_says_so_by_an_extended_error(number: int, blocked: int) -> None:
    other = option(10, bytes(8)) + option(12, bytes(40))
    for options in (code(number), other + code(number), code(0) + code(number) + other):
        assert is_blocked_upstream(with_options(PLAIN, options), START) == bool(blocked)


def test_nothing_else_says_so() -> None:
    assert not is_blocked_upstream(PLAIN, START)
    assert not is_blocked_upstream(with_options(PLAIN, b""), START)
    assert not is_blocked_upstream(with_options(PLAIN, option(0xF00, code(15))), START)
    mail = response(question("www.example.com", 15), "www.example.com. 300 IN MX 15 a.example.")
    assert not is_blocked_upstream(mail, START)


def test_other_records_may_stand_before_its_opt() -> None:
    key = b"\x03key\x00\x00\xfa\x00\xff\x00\x00\x00\x00\x00\x02\xab\xcd"
    assert is_blocked_upstream(with_options(PLAIN, code(15), key), START)


def test_response_policy_zones_say_it_by_recursion_not_being_available() -> None:
    nxdomain = response(ASKED, rcode=3)
    assert not is_blocked_upstream(nxdomain, START)
    assert is_blocked_upstream(nxdomain[:3] + b"\x03" + nxdomain[4:], START)
    assert not is_blocked_upstream(PLAIN[:3] + b"\x00" + PLAIN[4:], START)


@pytest.mark.parametrize("cut", [1, 3, 8, 12, 20])
def test_what_cannot_be_read_says_nothing(cut: int) -> None:
    assert not is_blocked_upstream(with_options(PLAIN, code(15))[:-cut], START)


def test_addresses_of_a_service() -> None:
    asked = question("www.example.com", HTTPS)
    answer = "www.example.com. 300 IN HTTPS 1 svc.example.com."

    def home(*additional: str) -> bool:
        message = response(asked, answer, additional=additional)
        return services_lead_home(message, START, (from_text("svc.example.com"),))

    assert home("svc.example.com. 60 IN A 192.168.1.1")
    assert home("svc.example.com. 60 IN A 9.9.9.9", "svc.example.com. 60 IN AAAA fd00::1")
    assert not home("svc.example.com. 60 IN A 9.9.9.9")
    assert not home("ns.example.com. 60 IN A 192.168.1.1")
    assert not home()
