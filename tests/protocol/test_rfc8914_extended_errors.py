"""RFC 8914: a client that sent EDNS is told why, in few words; one that did not, is not."""

from tests.support.packets import NOERROR, REFUSED, SERVFAIL, extended_errors, opt
from tests.support.resolver import Resolver
from tests.support.rules import entry, listed, rule

BLOCKED, CACHED_ERROR, PROHIBITED, NO_REACHABLE_AUTHORITY = 15, 13, 18, 22


def test_blocked_by_a_curated_entry_names_vendor_and_purpose() -> None:
    # Section 4.16.
    resolver = Resolver(entry("data.mistat.xiaomi.com"))
    for _ in range(3):
        reply = resolver.ask("a.data.mistat.xiaomi.com", edns=opt())
        assert extended_errors(reply) == [(BLOCKED, "xiaomi analytics: data.mistat.xiaomi.com")]


def test_blocked_by_the_user_and_by_a_list() -> None:
    resolver = Resolver(rule("a.example"), listed("b.example", list="someone's list"))
    assert extended_errors(resolver.ask("a.example", edns=opt())) == [
        (BLOCKED, "your own rule: a.example")
    ]
    assert extended_errors(resolver.ask("b.example", edns=opt())) == [
        (BLOCKED, "on the list someone's list")
    ]


def test_no_edns_no_extended_error() -> None:
    # Section 2: it is an EDNS option.
    resolver = Resolver(rule("a.example"))
    assert resolver.ask("a.example").ar == []
    assert resolver.ask("fails.example").ar == []
    assert resolver.ask("www.example.com", client="203.0.113.9").ar == []


def test_a_failure_says_which_upstream_and_the_next_that_it_is_remembered() -> None:
    # Sections 4.14 and 4.23.
    resolver = Resolver()
    reply = resolver.ask(edns=opt())
    assert reply.header.rcode == SERVFAIL
    assert extended_errors(reply) == [(NO_REACHABLE_AUTHORITY, "192.0.2.53#53 timeout")]
    reply = resolver.ask(edns=opt())
    assert reply.header.rcode == SERVFAIL
    assert [code for code, _ in extended_errors(reply)] == [CACHED_ERROR]


def test_a_client_from_outside_is_refused_and_told_so() -> None:
    # Section 4.19.
    reply = Resolver().ask(client="203.0.113.9", edns=opt())
    assert reply.header.rcode == REFUSED
    assert [code for code, _ in extended_errors(reply)] == [PROHIBITED]


def test_a_plain_answer_has_no_extended_error() -> None:
    resolver = Resolver()
    resolver.upstream_says("www.example.com. 300 IN A 192.0.2.1")
    for _ in range(3):
        assert extended_errors(resolver.ask(edns=opt())) == []


def test_a_hostile_text_is_cut_before_the_reply_outgrows_512_octets() -> None:
    # Section 3: text is dropped before anything else would have to be.
    name = ".".join(["x" * 62] * 4)  # 253 octets, the longest there is but two
    resolver = Resolver(listed(name, list="L" * 10_000))
    for qtype in (1, 28, 65):
        reply = resolver.ask(name, qtype, edns=opt(512))
        assert (reply.header.rcode, reply.header.tc) == (NOERROR, 0)
        assert len(resolver.last) <= 512
        ((code, text),) = extended_errors(reply)
        assert (code, len(text) <= 120) == (BLOCKED, True)


def test_a_text_that_is_not_ascii_is_still_readable() -> None:
    # Section 3: EXTRA-TEXT is UTF-8; what is sent must decode.
    resolver = Resolver(listed("a.example", list="Größe"))
    ((_, text),) = extended_errors(resolver.ask("a.example", edns=opt()))
    assert text == "on the list Gr??e"


def test_an_upstreams_extended_error_is_not_relayed() -> None:
    # Hop by hop, as its OPT record is.
    resolver = Resolver()
    resolver.upstream_says("www.example.com. 300 IN A 192.0.2.1")
    says = resolver.upstream
    assert says is not None
    theirs = opt(options=b"\x00\x0f\x00\x08\x00\x0cpoison")
    resolver.upstream = lambda asked: says(asked)[:10] + b"\x00\x01" + says(asked)[12:] + theirs
    assert extended_errors(resolver.ask(edns=opt())) == []
    assert b"poison" not in resolver.last
