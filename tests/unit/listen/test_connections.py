"""What all connections have in common; how the bounds are felt stands in test_stream.py."""

import asyncio

import pytest

from blocker.listen.connections import is_client_id
from tests.support.listening import stream_listener


@pytest.mark.parametrize(
    "text, good",
    [
        ("anna-phone", True),
        ("a", True),
        ("7", True),
        ("a" * 63, True),
        ("a" * 64, False),
        ("", False),
        ("-a", False),
        ("a-", False),
        ("a_b", False),
        ("a.b", False),
        ("A", False),
        ("a\n", False),
        ("\u0430", False),
    ],
)
def test_ids(text: str, good: bool) -> None:
    assert is_client_id(text) is good


def test_an_id_is_a_label_before_the_name_of_the_certificate() -> None:
    async def run() -> None:
        async with stream_listener() as (listener, _):
            assert listener.id_in("anna-phone.dns.home.example") == ""  # it has no name
            listener.name = "dns.home.example"
            assert listener.id_in("anna-phone.dns.home.example") == "anna-phone"
            assert listener.id_in("Anna-Phone.DNS.home.example.") == "anna-phone"
            for none in (
                "",
                "dns.home.example",
                "a.b.dns.home.example",
                "a_b.dns.home.example",
                "anna.other.example",
            ):
                assert listener.id_in(none) == ""

    asyncio.run(run())
