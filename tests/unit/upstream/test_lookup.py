"""A host's addresses, from upstreams alone."""

import asyncio
from collections.abc import Sequence

import pytest

from blocker.errors import InvalidName
from blocker.upstream.lookup import addresses_of
from blocker.upstream.url import upstream_from_url
from tests.support.asking import clock
from tests.support.upstream import ScriptedUpstream


def look(host: str, urls: Sequence[str]) -> list[str] | None:
    return asyncio.run(addresses_of(host, [upstream_from_url(url, clock) for url in urls], clock))


def test_addresses_of_both_kinds_are_asked_for() -> None:
    with ScriptedUpstream() as upstream:
        upstream.on("dns.example", "address:127.0.0.2")
        assert look("dns.example", [upstream.url]) == ["127.0.0.2"]
        assert sorted(one.question[-3] for one in upstream.log) == [1, 28]


def test_none_is_not_known_and_an_empty_list_is() -> None:
    with ScriptedUpstream() as upstream:
        upstream.always("rcode:5")
        assert look("dns.example", [upstream.url]) is None
        upstream.always("rcode:3")
        assert look("dns.example", [upstream.url]) == []
        assert look("printer.local", [upstream.url]) is None
        assert not upstream.asked("printer.local")


def test_another_upstream_may_know() -> None:
    with ScriptedUpstream() as one, ScriptedUpstream() as other:
        one.always("rcode:2")
        other.on("dns.example", "address:127.0.0.2")
        assert look("dns.example", [one.url, other.tcp_url]) is not None


def test_what_is_no_name_is_no_question() -> None:
    with ScriptedUpstream() as upstream, pytest.raises(InvalidName):
        look("a..b", [upstream.url])
