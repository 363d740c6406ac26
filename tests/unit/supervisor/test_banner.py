"""What `serve` prints: all of it, and a command that can be pasted."""

from dataclasses import replace

import pytest

from blocker.link import Encrypted
from blocker.sockets import Address
from blocker.supervisor.banner import banner, command_to_try
from tests.support.plans import generation, plan


def test_the_banner_says_what_a_person_wants_to_know() -> None:
    text = banner(plan(listen=[("0.0.0.0", 5300), ("::", 5300)], rules=1234, vendors=5))
    for piece in (
        "0.0.0.0:5300, [::]:5300",
        "1,234 rules of 5 vendors",
        "private",
        "198.51.100.0/24; all others are refused",
        "udp://192.0.2.53",
        "http://127.0.0.1:8053",
        "dig @127.0.0.1 -p 5300 data.mistat.xiaomi.com",
    ):
        assert piece in text


def test_the_address_of_the_api_can_be_opened_as_it_is_printed() -> None:
    assert "https://127.0.0.1:8053" in banner(plan(tls=("certificate.pem", "key.pem")))


def test_an_open_resolver_is_warned_of() -> None:
    given = plan()
    assert "WARNING" not in banner(given)
    everyone = replace(given.generation, allow_from=["0.0.0.0/0", "::/0"])
    assert "has 0.0.0.0/0 and ::/0: an open resolver" in banner(replace(given, generation=everyone))


@pytest.mark.parametrize(
    "address, command",
    [
        (Address("0.0.0.0", 53), "dig @127.0.0.1 data.mistat.xiaomi.com"),
        (Address("::", 5300), "dig @::1 -p 5300 data.mistat.xiaomi.com"),
        (Address("192.0.2.1", 53), "dig @192.0.2.1 data.mistat.xiaomi.com"),
    ],
)
def test_the_command_asks_where_it_listens(address: Address, command: str) -> None:
    assert command_to_try(address) == command


def test_it_says_where_it_answers_encrypted() -> None:
    given = Encrypted(certificate="c", key="k", name="dns.home.example")
    text = banner(plan(dot=[("::", 853)], generation=generation(encrypted=given)))
    assert "[::]:853 (DNS over TLS) as dns.home.example; `blocker private-dns` sets up" in text
    unread = generation(encrypted=Encrypted(certificate="c", key="k", name=""))
    assert "(DNS over TLS) as (unknown);" in banner(plan(dot=[("::", 853)], generation=unread))
    assert "DNS over" not in banner(plan())
