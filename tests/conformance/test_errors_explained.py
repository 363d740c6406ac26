"""What clients are told: extended errors (RFC 8914), and structured ones where they are asked for
(draft-ietf-dnsop-structured-dns-error).
"""

import json
from typing import Any

import pytest

from tests.conformance.serving import BLOCKED, LONG, Served
from tests.support.packets import (
    HTTPS,
    NXDOMAIN,
    REFUSED,
    SERVFAIL,
    TXT,
    A,
    extended_errors,
    opt,
    option,
    query,
    read,
)
from tests.support.steps import saying

ASKING = opt(options=option(26))
OLD_SIGNAL = opt(options=option(15, b"\x00\x00"))
FORGED, CACHED_ERROR, BLOCKED_HERE, FILTERED, NOT_AUTHORITATIVE = 4, 13, 15, 17, 20
NO_REACHABLE_AUTHORITY, NETWORK_ERROR, SYNTHESISED, RATE_LIMITED, BLOCKED_UPSTREAM = (
    22,
    23,
    29,
    31,
    35,
)
SUB_ERRORS = {
    BLOCKED_HERE: {1, 2, 3, 4, 5, 6},
    FILTERED: {1, 2, 3, 4},
    BLOCKED_UPSTREAM: {1, 2, 3, 4},
}
RULE = LONG.strip("/")
BOTH = pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])


def codes(reply: Any) -> list[int]:
    return [code for code, _ in extended_errors(reply)]


def structured(reply: Any) -> tuple[int, dict[str, Any]]:
    """Code and object of the only extended error, which keeps to what the draft says of objects."""
    ((code, text),) = extended_errors(reply)
    said = json.loads(text)
    assert text == json.dumps(said, separators=(",", ":"), ensure_ascii=False)  # minified
    assert said.keys() <= {"c", "j", "s", "o", "l"}
    assert said.keys() & {"c", "j", "s"}
    assert "l" in said or not said.keys() & {"j", "o"}  # P064
    assert said.get("s", min(SUB_ERRORS[code])) in SUB_ERRORS[code]
    for contact in said.get("c", []):  # P066
        assert contact.startswith(("tel:", "mailto:"))
    return code, said


@BOTH
@pytest.mark.parametrize("qtype", [A, HTTPS, TXT])
def test_p064_why_a_name_is_blocked_as_an_object(served: Served, qtype: int, tcp: bool) -> None:
    """And P066. The code is 15 or 17, and never 4 where this is asked for."""
    for _ in range(3):
        code, said = structured(served.ask(BLOCKED, qtype, edns=ASKING, tcp=tcp))
        assert (code, said) == (BLOCKED_HERE, {"j": "on the list plain", "s": 5, "l": "en"})
        code, said = structured(served.ask("own.example", qtype, edns=ASKING, tcp=tcp))
        assert (code, said["j"]) == (BLOCKED_HERE, "your own rule: own.example")


def test_vendor_and_purpose_are_named(served: Served) -> None:
    code, said = structured(served.ask("data.mistat.xiaomi.com", edns=ASKING))
    assert code == BLOCKED_HERE
    assert said["j"].startswith("xiaomi analytics: ")


def test_data_in_the_option_is_ignored(served: Served) -> None:
    edns = opt(options=option(26, b"\x00\x01"))
    assert structured(served.ask(BLOCKED, edns=edns))[0] == BLOCKED_HERE


@BOTH
def test_p069_without_edns_nothing_is_said(served: Served, tcp: bool) -> None:
    for name in (BLOCKED, "localhost", "printer.local"):
        assert served.ask(name, tcp=tcp).ar == []


@BOTH
def test_without_the_option_it_is_said_to_people(served: Served, tcp: bool) -> None:
    for _ in range(3):
        reply = served.ask(BLOCKED, edns=opt(), tcp=tcp)
        assert extended_errors(reply) == [(BLOCKED_HERE, "on the list plain"), (FORGED, "")]
        reply = served.ask(BLOCKED, TXT, edns=opt(), tcp=tcp)
        assert extended_errors(reply) == [(BLOCKED_HERE, "on the list plain")]


@BOTH
def test_p071_the_signal_of_older_drafts_is_answered_as_none(served: Served, tcp: bool) -> None:
    reply = served.ask(BLOCKED, edns=OLD_SIGNAL, tcp=tcp)
    assert extended_errors(reply)[0] == (BLOCKED_HERE, "on the list plain")
    (record,) = served.ask("signal.example", edns=OLD_SIGNAL, tcp=tcp).ar
    assert record.rdata == []


def test_what_a_group_asked_for_is_filtered(served: Served) -> None:
    # RFC 8914 section 4.18.
    reply = served.ask("games.example", edns=opt(), client="127.0.0.30")
    assert codes(reply) == [FILTERED, FORGED]
    code, said = structured(served.ask("games.example", edns=ASKING, client="127.0.0.30"))
    assert (code, said["j"]) == (FILTERED, "your own rule: games.example")
    assert codes(served.ask("games.example", edns=opt())) == []


@pytest.mark.parametrize("code", [15, 16, 17, 35])
def test_p072_what_the_upstream_blocked(served: Served, code: int) -> None:
    name = f"blocked{code}.upstream.example"
    theirs = opt(options=option(15, code.to_bytes(2, "big") + b"<b>their text</b>"))
    served.upstream.on(name, saying(f"{name}. 60 IN A 9.9.9.9", opt=theirs))
    for _ in range(3):
        assert extended_errors(served.ask(name, edns=opt())) == [
            (BLOCKED_UPSTREAM, "blocked by the upstream resolver")
        ]
        assert structured(served.ask(name, edns=ASKING))[0] == BLOCKED_UPSTREAM
        assert served.ask(name).ar == []
    counted = 'action="blocked-upstream"'
    served.server.wait_until(lambda: counted in served.server.http("GET", "/metrics").body.decode())


def test_nxdomain_without_recursion_is_how_policy_zones_block(served: Served) -> None:
    name = "zone.upstream.example"
    served.upstream.on(name, saying(rcode=3, flags={"ra": 0}))
    reply = served.ask(name, edns=opt())
    assert (reply.header.rcode, reply.header.ra, codes(reply)) == (NXDOMAIN, 1, [BLOCKED_UPSTREAM])


@pytest.mark.parametrize("code", [0, 3, 6, 22])
def test_other_errors_of_an_upstream_are_not_passed_on(served: Served, code: int) -> None:
    name = f"other{code}.upstream.example"
    theirs = opt(options=option(15, code.to_bytes(2, "big") + b"their text"))
    served.upstream.on(name, saying(f"{name}. 60 IN A 9.9.9.9", opt=theirs))
    assert codes(served.ask(name, edns=opt())) == []


@BOTH
def test_each_kind_of_refusal_has_its_code(served: Served, tcp: bool) -> None:
    for name, how, rcode, code in (
        ("printer.local", {}, NXDOMAIN, SYNTHESISED),
        ("1.1.168.192.in-addr.arpa", {"qtype": 12}, NXDOMAIN, SYNTHESISED),
        ("norecursion.errors.example", {"flags": 0}, REFUSED, NOT_AUTHORITATIVE),
    ):
        reply = served.ask(name, edns=opt(), tcp=tcp, **how)
        assert (reply.header.rcode, codes(reply)) == (rcode, [code])


def test_a_failure_that_is_remembered_says_so(served: Served) -> None:
    name = "failing.errors.example"
    served.upstream.on_both(name, "rcode:2")
    reply = served.ask(name, edns=opt())
    assert (reply.header.rcode, codes(reply)) == (SERVFAIL, [NO_REACHABLE_AUTHORITY])
    asked = served.asked(name)
    reply = served.ask(name, edns=opt())
    assert (reply.header.rcode, codes(reply), served.asked(name)) == (
        SERVFAIL,
        [CACHED_ERROR],
        asked,
    )


def test_p076_a_text_of_hostile_length_is_cut(served: Served) -> None:
    # To 200 octets; the packet stays what the client takes.
    for edns, most in ((opt(512), 512), (opt(), 1232)):
        octets = served.send(query("long.example", TXT, edns=edns))
        assert octets is not None
        assert len(octets) <= most
        ((code, text),) = extended_errors(read(octets))
        assert (code, text) == (BLOCKED_HERE, f"your own rule: {RULE}"[:200])
    octets = served.send(query("long.example", edns=ASKING))
    assert octets is not None
    ((_, text),) = extended_errors(read(octets))
    assert len(text) <= 200
    assert json.loads(text)["j"] in f"your own rule: {RULE}"


@pytest.mark.parametrize(
    "name", [BLOCKED, "own.example", "printer.local", "failing.errors.example", "long.example"]
)
@pytest.mark.parametrize("edns", [opt(), ASKING], ids=["plain", "structured"])
def test_p077_no_code_is_said_twice(served: Served, name: str, edns: bytes) -> None:
    served.upstream.on_both("failing.errors.example", "rcode:2")
    said = codes(served.ask(name, edns=edns))
    assert said
    assert len(said) == len(set(said))
