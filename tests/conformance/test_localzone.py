"""Unbound's local zones and data, by its scenarios."""

from pathlib import Path

import pytest

from tests.conformance.cases import Case, cases
from tests.conformance.play import Playing

CASES = list(cases("localzone.txt", format="unbound"))


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_local_zone(case: Case, tmp_path: Path) -> None:
    playing = Playing(tmp_path, *case.lists, upstream=case.upstream)
    head, _, answers = case.expected.partition(" : ")
    rcode, *flags = head.split()
    for _ in range(3):
        outcome = playing.ask(case.question, tcp=case.tcp)
        assert (outcome.rcode, " | ".join(outcome.answers)) == (rcode, answers)
        assert outcome.flags | ({"SOA"} if outcome.authority else set()) == set(flags)
        playing.resolver.wait(1)


def test_r083_how_long_localhost_is_this_machine(tmp_path: Path) -> None:
    assert Playing(tmp_path).ask("localhost A").ttls == [10_800]


def test_an_alias_to_nobody_who_answers_fails(tmp_path: Path) -> None:
    aliases = next(case.lists for case in CASES if case.id == "R118")
    playing = Playing(tmp_path, *aliases, upstream=["servfail.example.org SERVFAIL"])
    assert playing.ask("servfail.example.com A").rcode == "SERVFAIL"
