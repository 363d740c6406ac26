"""Names to addresses, from a real upstream, and from the machine only after that."""

import asyncio
import socket

import pytest

from blocker.download.resolve import DirectResolver, System
from tests.support.upstream import ScriptedUpstream


async def nobody(host: str) -> list[str]:
    """The machine's resolver, where it must not be asked."""
    raise AssertionError(host)


async def machine(host: str) -> list[str]:
    return ["127.0.0.9"]


def resolve(
    host: str, *upstreams: str, family: int = socket.AF_UNSPEC, system: System = nobody
) -> list[str]:
    async def run() -> list[str]:
        found = await DirectResolver(lambda: [{"url": url} for url in upstreams], system).resolve(
            host, 443, socket.AddressFamily(family)
        )
        assert all(each["port"] == 443 and each["hostname"] == host for each in found)
        return [each["host"] for each in found]

    return asyncio.run(run())


def test_upstreams_are_asked() -> None:
    with ScriptedUpstream() as upstream:
        upstream.on("lists.example", "address:127.0.0.2")
        assert resolve("lists.example", upstream.url) == ["127.0.0.2"]
        found = resolve("LISTS.example", upstream.tcp_url, family=socket.AF_INET6)
        assert found == ["2001:db8::50"]


def test_aliases_are_followed() -> None:
    with ScriptedUpstream() as upstream:
        upstream.on("lists.example", "alias:cdn.example")
        assert "192.0.2.80" in resolve("lists.example", upstream.url)


def test_one_upstream_that_answers_is_enough() -> None:
    with ScriptedUpstream() as dead, ScriptedUpstream() as upstream:
        dead.always("rcode:2")
        upstream.on("lists.example", "address:127.0.0.2")
        found = resolve("lists.example", dead.url, upstream.url, "tls://192.0.2.53", "nonsense")
        assert found == ["127.0.0.2"]


def test_localhost_is_nobodys_business() -> None:
    with ScriptedUpstream() as upstream:
        assert resolve("localhost", upstream.url) == ["127.0.0.1", "::1"]
        assert not upstream.log


@pytest.mark.parametrize("step", ["rcode:3", "nodata"])
def test_a_name_that_upstreams_know_to_be_none_is_asked_of_nobody_else(step: str) -> None:
    with ScriptedUpstream() as upstream:
        upstream.always(step)
        with pytest.raises(OSError, match=r"no address is known of nowhere\.example"):
            resolve("nowhere.example", upstream.url)


def test_the_machine_is_asked_when_no_upstream_answers() -> None:
    with ScriptedUpstream() as upstream:
        upstream.always("rcode:2")
        assert resolve("lists.example", upstream.url, system=machine) == ["127.0.0.9"]
        assert resolve("lists.example", system=machine) == ["127.0.0.9"]
        assert resolve("mirror.local", upstream.url, system=machine) == ["127.0.0.9"]


@pytest.mark.parametrize("host", ["a..b", "x" * 64 + ".example"])
def test_what_is_no_name_reaches_nobody(host: str) -> None:
    with ScriptedUpstream() as upstream:
        with pytest.raises(OSError, match="no address is known of"):
            resolve(host, upstream.url)
        assert not upstream.log
