"""RFC 9520: a failure is remembered, briefly, so that retries do not beat on a dead upstream."""

from tests.support.packets import AAAA, NOERROR, SERVFAIL, extended_errors, opt
from tests.support.resolver import Resolver


def test_a_hundred_retries_ask_once() -> None:
    # Section 3.2: at least one second, at most five minutes; here five seconds.
    resolver = Resolver()
    for _ in range(100):
        assert resolver.ask(edns=opt()).header.rcode == SERVFAIL
        resolver.wait(0.049)
    assert len(resolver.forwarded) == 1
    resolver.wait(0.2)
    resolver.ask()
    assert len(resolver.forwarded) == 2


def test_the_letters_case_makes_no_other_question() -> None:
    resolver = Resolver()
    resolver.ask("www.example.com")
    assert resolver.ask("WWW.example.COM").header.rcode == SERVFAIL
    assert len(resolver.forwarded) == 1


def test_other_questions_are_not_held_back() -> None:
    # Section 3.2: a failure is kept for its name, type and class.
    resolver = Resolver()
    resolver.ask()
    resolver.ask(qtype=AAAA)
    resolver.ask("ftp.example.com")
    assert len(resolver.forwarded) == 3


def test_a_success_ends_it() -> None:
    resolver = Resolver()
    resolver.ask()
    resolver.wait(5)
    resolver.upstream_says("www.example.com. 0 IN A 192.0.2.1")
    assert resolver.ask().header.rcode == NOERROR
    assert resolver.ask().header.rcode == NOERROR
    assert len(resolver.forwarded) == 3


def test_a_hit_says_that_it_is_one() -> None:
    # RFC 8914 section 4.14.
    resolver = Resolver()
    resolver.ask(edns=opt())
    assert [code for code, _ in extended_errors(resolver.ask(edns=opt()))] == [13]


def test_what_is_remembered_has_a_bound() -> None:
    resolver = Resolver()
    for number in range(17_000):
        resolver.ask(f"n{number}.example.com")
    assert len(resolver.forwarded) == 17_000
    resolver.ask("n16999.example.com")
    assert len(resolver.forwarded) == 17_000
