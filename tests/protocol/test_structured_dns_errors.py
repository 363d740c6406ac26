"""draft-ietf-dnsop-structured-dns-error: who asks for it is told in JSON why a name is blocked."""

import json
from typing import Any

import pytest

from blocker.core.sinkhole import Mode, Sinkhole
from tests.support.packets import (
    HTTPS,
    NOERROR,
    OPT,
    TXT,
    A,
    extended_errors,
    opt,
    option,
)
from tests.support.resolver import Resolver
from tests.support.rules import entry, listed, rule

BLOCKED, FILTERED, BLOCKED_UPSTREAM = 15, 17, 35
NETWORK_POLICY = 5  # the sub-error
ASKING = opt(options=option(26))


def said(reply: Any) -> tuple[int, dict[str, Any]]:
    """Code and object of the only extended error."""
    ((code, text),) = extended_errors(reply)
    assert text == json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)
    assert len(text.encode()) <= 200
    return code, json.loads(text)


@pytest.mark.parametrize("mode", ["addresses", "nxdomain", "nodata", "refused"])
@pytest.mark.parametrize("qtype", [A, HTTPS, TXT])
def test_the_justification_names_vendor_and_purpose(mode: Mode, qtype: int) -> None:
    # Whatever is answered, "Forged Answer" is not among the codes.
    resolver = Resolver(entry("data.mistat.xiaomi.com"), sinkhole=Sinkhole(mode))
    for _ in range(3):
        reply = resolver.ask("a.data.mistat.xiaomi.com", qtype, edns=ASKING)
        assert said(reply) == (
            BLOCKED,
            {
                "j": "xiaomi analytics: data.mistat.xiaomi.com",
                "s": NETWORK_POLICY,
                "l": "en",
            },
        )


def test_filtered_has_no_sub_error_of_the_operators() -> None:
    resolver = Resolver(rule("a.example", scope="group"))
    assert said(resolver.ask("a.example", edns=ASKING)) == (
        FILTERED,
        {"j": "your own rule: a.example", "l": "en"},
    )


def test_without_the_option_the_text_is_for_people() -> None:
    # Also with the signal of older drafts, an empty extended error in the query.
    resolver = Resolver(rule("a.example"))
    for options in (b"", option(15, b"\x00\x00"), option(100)):
        (code, text), _ = extended_errors(resolver.ask("a.example", edns=opt(options=options)))
        assert (code, text) == (BLOCKED, "your own rule: a.example")
    assert resolver.ask("a.example").ar == []


def test_data_in_the_option_is_ignored() -> None:
    resolver = Resolver(rule("a.example"))
    asking = opt(options=option(26, b"{}"))
    code, told = said(resolver.ask("a.example", edns=asking))
    assert (code, told["j"]) == (BLOCKED, "your own rule: a.example")


def test_it_is_neither_echoed_nor_of_any_effect_on_other_answers() -> None:
    resolver = Resolver(rule("a.example"))
    resolver.upstream_says("www.example.com. 300 IN A 192.0.2.1")
    for _ in range(3):
        (record,) = resolver.ask(edns=ASKING).ar
        assert (record.rtype, record.rdata) == (OPT, [])
    assert len(resolver.forwarded) == 1


def test_ready_replies_are_each_for_their_own_kind_of_client() -> None:
    resolver = Resolver(rule("a.example"))
    for _ in range(3):
        (_, text), _ = extended_errors(resolver.ask("a.example", edns=opt()))
        assert text == "your own rule: a.example"
        assert said(resolver.ask("a.example", edns=ASKING))[1]["l"] == "en"


def test_a_packet_that_is_full_loses_the_justification_and_no_record() -> None:
    name = ".".join(["x" * 62] * 4)  # 253 octets, the longest there is but two
    resolver = Resolver(listed(name, list="L" * 500), sinkhole=Sinkhole("nodata"))
    reply = resolver.ask(name, edns=opt(512, options=option(26)))
    assert (reply.header.rcode, reply.header.tc, len(reply.auth)) == (NOERROR, 0, 1)
    assert len(resolver.last) <= 512
    assert said(reply) == (BLOCKED, {"s": NETWORK_POLICY})
    code, told = said(resolver.ask(name, edns=ASKING, tcp=True))
    assert (code, told["j"][:15]) == (BLOCKED, "on the list LLL")


def test_what_the_upstream_blocked_is_said_so() -> None:
    resolver = Resolver()
    resolver.upstream_says(rcode=3, ra=0)
    code, told = said(resolver.ask(edns=ASKING))
    assert (code, told) == (
        BLOCKED_UPSTREAM,
        {"j": "blocked by the upstream resolver", "l": "en"},
    )
