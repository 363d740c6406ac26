"""An export loaded into Unbound, which is then asked."""

from pathlib import Path

import pytest

from blocker.core.sinkhole import Mode, Sinkhole
from blocker.export import export
from blocker.export.unbound import body
from tests.support.exported import (
    NULL,
    TANGLED,
    disagreements,
    questions,
    selection,
    shipped,
    unbound,
)
from tests.support.packets import AAAA, HTTPS, A
from tests.support.rules import entry, keep, policy

RULES = (
    entry("ads.example.com"),
    keep("kept.ads.example.com"),
    entry("=alone.example.com"),
    entry("log*.example.com"),
)

OWN_V4 = (bytes((192, 0, 2, 9)),)
OWN_V6 = (bytes.fromhex("20010db8" + "0" * 23 + "9"),)
MODES = [
    ("nxdomain", 3, []),
    ("nodata", 0, []),
    ("refused", 5, []),
    ("addresses", 0, ["192.0.2.9", "2001:db8::9"]),
]
# What is below these is let pass with them: the program has no exception for a name alone.
BELOW_LONE = [
    "x7.both.example.com",
    "x7.lone.example.com",
    "x7.x.c.b.a.example.com",
    "y8.z9.both.example.com",
    "y8.z9.lone.example.com",
    "y8.z9.x.c.b.a.example.com",
]


def test_the_whole_catalogue(tmp_path: Path) -> None:
    inputs = shipped(tmp_path)
    with unbound(tmp_path / "unbound", export(inputs, "unbound").text) as resolver:
        asked = questions(inputs.catalogue.rules)
        verdicts = [(name, resolver.blocks(name)) for name in asked]
    assert len(asked) > 1000
    assert disagreements(inputs.policy(inputs.ruleset()), verdicts) == ([], [])


def test_names_below_alone_and_kept(tmp_path: Path) -> None:
    text = "\n".join(body(selection(*RULES), NULL, 1).lines) + "\n"
    with unbound(tmp_path, text) as resolver:
        blocked = ["ads.example.com", "a.b.ads.example.com", "alone.example.com"]
        passing = ["kept.ads.example.com", "x.kept.ads.example.com", "below.alone.example.com"]
        assert [resolver.blocks(name) for name in blocked] == [True] * 3
        assert [resolver.blocks(name) for name in passing] == [False] * 3
        assert not resolver.blocks("log1.example.com"), "families are left out, and that is told"
        assert str(resolver.ask("ads.example.com", AAAA).rr[0].rdata) == "::"


def test_no_other_type_is_forwarded(tmp_path: Path) -> None:
    text = "\n".join(body(selection(*RULES), NULL, 1).lines) + "\n"
    with unbound(tmp_path, text) as resolver:
        assert not resolver.ask("x.ads.example.com", HTTPS).rr
        assert not resolver.upstream.asked("x.ads.example.com")


def test_exceptions_within_exceptions(tmp_path: Path) -> None:
    made = body(selection(*TANGLED), NULL, 1)
    with unbound(tmp_path, "\n".join(made.lines) + "\n") as resolver:
        verdicts = [(name, resolver.blocks(name)) for name in questions(TANGLED)]
    assert disagreements(policy(*TANGLED), verdicts) == ([], BELOW_LONE)


@pytest.mark.parametrize("mode, rcode, records", MODES)
def test_the_policys_answer(mode: Mode, rcode: int, records: list[str], tmp_path: Path) -> None:
    made = body(selection(*RULES), Sinkhole(mode, OWN_V4, OWN_V6), 1)
    with unbound(tmp_path, "\n".join(made.lines) + "\n") as resolver:
        replies = [resolver.ask("x.ads.example.com", qtype) for qtype in (A, AAAA, HTTPS)]
        assert not resolver.ask("alone.example.com").rr or mode == "addresses"
        assert resolver.ask("x.alone.example.com").rr
    assert [str(record.rdata) for reply in replies for record in reply.rr] == records
    assert {reply.header.rcode for reply in replies} == {rcode}
