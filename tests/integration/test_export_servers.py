"""An export loaded into dnsmasq and into Unbound, which are then asked.

Both block a name with all below it and have no exception for a name alone; BIND's RPZ has a file of
its own.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest

from blocker.core.sinkhole import Mode, Sinkhole
from blocker.export import dnsmasq as dnsmasq_format
from blocker.export import export
from blocker.export import unbound as unbound_format
from blocker.export.selection import Selection
from tests.support.exported import (
    NULL,
    TANGLED,
    Resolver,
    disagreements,
    dnsmasq,
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


@dataclass(frozen=True)
class Program:
    """A server, its format, and how it says what not every server can."""

    name: str
    start: Callable[[Path, str], AbstractContextManager[Resolver]]
    lines: Callable[[Selection, Sinkhole], list[str]]
    rcodes: dict[Mode, int]


DNSMASQ = Program(
    "dnsmasq",
    dnsmasq,
    lambda chosen, sinkhole: list(dnsmasq_format.body(chosen, sinkhole, 1).lines),
    {"nxdomain": 3, "nodata": 3, "refused": 3, "addresses": 0},
)
UNBOUND = Program(
    "unbound",
    unbound,
    lambda chosen, sinkhole: list(unbound_format.body(chosen, sinkhole, 1).lines),
    {"nxdomain": 3, "nodata": 0, "refused": 5, "addresses": 0},
)
programs = pytest.mark.parametrize("program", [DNSMASQ, UNBOUND], ids=lambda each: each.name)

# What is below these is let pass with them: the program has no exception for a name alone.
BELOW_LONE = [
    "x7.both.example.com",
    "x7.lone.example.com",
    "x7.x.c.b.a.example.com",
    "y8.z9.both.example.com",
    "y8.z9.lone.example.com",
    "y8.z9.x.c.b.a.example.com",
]


@programs
def test_the_whole_catalogue(program: Program, tmp_path: Path) -> None:
    inputs = shipped(tmp_path)
    with program.start(tmp_path / program.name, export(inputs, program.name).text) as resolver:
        asked = questions(inputs.catalogue.rules)
        verdicts = [(name, resolver.blocks(name)) for name in asked]
    assert len(asked) > 1000
    assert disagreements(inputs.policy(inputs.ruleset()), verdicts) == ([], [])


@programs
def test_names_below_alone_and_kept(program: Program, tmp_path: Path) -> None:
    text = "\n".join(program.lines(selection(*RULES), NULL)) + "\n"
    with program.start(tmp_path, text) as resolver:
        blocked = ["ads.example.com", "a.b.ads.example.com", "alone.example.com"]
        passing = ["kept.ads.example.com", "x.kept.ads.example.com", "below.alone.example.com"]
        assert [resolver.blocks(name) for name in blocked] == [True] * 3
        assert [resolver.blocks(name) for name in passing] == [False] * 3
        assert not resolver.blocks("log1.example.com"), "families are left out, and that is told"
        assert str(resolver.ask("ads.example.com", AAAA).rr[0].rdata) == "::"


@programs
def test_no_other_type_is_forwarded(program: Program, tmp_path: Path) -> None:
    text = "\n".join(program.lines(selection(*RULES), NULL)) + "\n"
    with program.start(tmp_path, text) as resolver:
        assert not resolver.ask("x.ads.example.com", HTTPS).rr
        assert not resolver.upstream.asked("x.ads.example.com")


@programs
def test_exceptions_within_exceptions(program: Program, tmp_path: Path) -> None:
    text = "\n".join(program.lines(selection(*TANGLED), NULL)) + "\n"
    with program.start(tmp_path, text) as resolver:
        verdicts = [(name, resolver.blocks(name)) for name in questions(TANGLED)]
    assert disagreements(policy(*TANGLED), verdicts) == ([], BELOW_LONE)


@programs
@pytest.mark.parametrize("mode", ["nxdomain", "nodata", "refused", "addresses"])
def test_the_policys_answer(mode: Mode, program: Program, tmp_path: Path) -> None:
    own = Sinkhole(mode, OWN_V4, OWN_V6)
    text = "\n".join(program.lines(selection(*RULES), own)) + "\n"
    with program.start(tmp_path, text) as resolver:
        replies = [resolver.ask("x.ads.example.com", qtype) for qtype in (A, AAAA, HTTPS)]
        alone = resolver.ask("alone.example.com").rr
        assert resolver.ask("x.alone.example.com").rr
    records = ["192.0.2.9", "2001:db8::9"] if mode == "addresses" else []
    assert [str(record.rdata) for reply in replies for record in reply.rr] == records
    assert {reply.header.rcode for reply in replies} == {program.rcodes[mode]}
    if program is UNBOUND:  # dnsmasq gives an exact name an address whatever the mode
        assert bool(alone) is (mode == "addresses")
    else:
        assert [str(record.rdata) for record in alone] == ["192.0.2.9"]
