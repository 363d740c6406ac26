"""Aliases as the upstreams have them, asked of a real socket."""

import asyncio

import pytest

from blocker.aliases import aliases_of
from blocker.errors import StartError
from tests.support.upstream import ScriptedUpstream


def aliases(upstream: ScriptedUpstream, name: str, qtype: str = "A") -> list[str]:
    return list(asyncio.run(aliases_of(name, qtype, [{"url": upstream.url}])))


def test_the_chain_is_told() -> None:
    with ScriptedUpstream() as upstream:
        upstream.on("metrics.example.com", "alias:data.mistat.xiaomi.com")
        assert aliases(upstream, "metrics.example.com") == ["data.mistat.xiaomi.com"]


def test_a_name_may_have_none() -> None:
    with ScriptedUpstream() as upstream:
        assert aliases(upstream, "www.example.com") == []


def test_a_name_answered_here_is_not_asked_for() -> None:
    with ScriptedUpstream() as upstream:
        assert aliases(upstream, "printer.local") == []
        assert not upstream.log


def test_no_upstream_no_aliases() -> None:
    with ScriptedUpstream() as upstream:
        upstream.always("rcode:2")
        with pytest.raises(StartError, match=r"no upstream could tell the aliases of www\.example"):
            aliases(upstream, "www.example.com")
