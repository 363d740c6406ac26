"""What all connections have in common; how the bounds are felt stands in test_stream.py."""

import asyncio

import pytest

from blocker.listen.connections import is_client_id
from tests.support.listening import fail_at, stream_listener
from tests.support.packets import NOERROR, SERVFAIL, query


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


def test_a_query_that_we_fail_at_costs_no_other_its_reply(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> None:
        async with stream_listener() as (listener, behind):
            fail_at(b"broken", behind.engine, monkeypatch)
            reader, writer = await asyncio.open_connection(*listener.socket.getsockname()[:2])
            for number, name in enumerate(("blocked", "broken", "blocked")):
                packet = query(f"{name}.example", packet_id=number)
                writer.write(len(packet).to_bytes(2, "big") + packet)
            rcodes = {}
            async with asyncio.timeout(2):
                for _ in range(3):
                    size = int.from_bytes(await reader.readexactly(2), "big")
                    reply = await reader.readexactly(size)
                    rcodes[reply[1]] = reply[3] & 15
            writer.close()
            assert rcodes == {0: NOERROR, 1: SERVFAIL, 2: NOERROR}
            assert "ZeroDivisionError" in caplog.text

    asyncio.run(run())


def test_each_reply_is_counted_once_by_its_time() -> None:
    async def run() -> None:
        async with stream_listener() as (listener, behind):
            reader, writer = await asyncio.open_connection(*listener.socket.getsockname()[:2])
            for name in ("blocked", "now", "now", "late20"):
                packet = query(f"{name}.example")
                writer.write(len(packet).to_bytes(2, "big") + packet)
                async with asyncio.timeout(2):
                    await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big"))
            writer.close()
            behind.engine.streams.fold()
            assert sum(behind.engine.tally.seconds) == 4
            assert behind.engine.tally.seconds_sum >= 0.02

    asyncio.run(run())
