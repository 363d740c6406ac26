"""The shipped lists as an export, read back by readers of other programs' formats and by our own.

What the real programs make of it is asked in tests/integration/test_export_*.py.
"""

import json
import re
import time
from collections import defaultdict
from pathlib import Path

import pytest

from blocker.catalog.formats.reading import Lines, Reading
from blocker.catalog.subscriptions import FORMATS as READERS
from blocker.core.names import from_text, to_text
from blocker.export import FORMATS, Filters, export
from blocker.inputs import Inputs
from tests.support.exported import disagreements, questions, shipped
from tests.support.lists import write_lists

EVERYTHING = Filters(max_breakage="major")


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    return shipped(tmp_path_factory.mktemp("shipped"))


@pytest.fixture(scope="module")
def asked(inputs: Inputs) -> list[str]:
    return questions(inputs.catalogue.rules)


def lines(text: str, comment: str = "#") -> list[str]:
    return [line for line in text.splitlines() if not line.startswith(comment)]


def keys(format_: str, text: str) -> set[str]:
    """The names that our own reader of subscriptions finds."""
    reading = Reading("list", Lines("f"), Lines("f"))
    found = list(READERS[format_](text.encode().splitlines(), reading))
    assert not reading.bad.count
    return {to_text(item[1][::-1]) for item in found if isinstance(item, tuple)}


def test_hosts_are_the_blocked_names_themselves(inputs: Inputs, asked: list[str]) -> None:
    text = export(inputs, "hosts").text
    listed: defaultdict[str, set[str]] = defaultdict(set)
    for line in lines(text):
        address, name = line.split(" ")
        listed[name].add(address)
    assert all(addresses == {"0.0.0.0", "::"} for addresses in listed.values())
    assert keys("hosts", text) == set(listed)
    policy = inputs.policy(inputs.ruleset())
    too_much, _ = disagreements(policy, [(name, name in listed) for name in asked])
    assert not too_much
    own = [to_text(rule.name) for rule in inputs.catalogue.rules if rule.match != "pattern"]
    assert disagreements(policy, [(name, name in listed) for name in own]) == ([], [])


def test_domains_through_our_own_subscriptions(
    inputs: Inputs, asked: list[str], tmp_path: Path
) -> None:
    document = export(inputs, "domains")
    names = keys("domains", document.text)
    assert names == set(lines(document.text))
    assert not any(above in names for name in names for above in above_of(name))
    (tmp_path / "names.txt").write_text(document.text, encoding="ascii")
    write_lists(tmp_path / "lists")
    mine = {"name": "mine", "source": "names.txt", "match": "subtree", "format": "domains"}
    more = {"lists": "lists", "subscriptions": [mine], "blocking": {"vendors": {"xiaomi": "off"}}}
    other = shipped(tmp_path, json.dumps(more))
    reads = other.policy(other.ruleset())
    verdicts = []
    for name in asked:
        verdict = reads.match(from_text(name))
        verdicts.append((name, verdict is not None and verdict.rule.layer == "subscription"))
    too_much, too_little = disagreements(inputs.policy(inputs.ruleset()), verdicts)
    assert not too_much
    told = [line for line in document.lost if "something below has to resolve" in line]
    # What it leaves out it tells, by number.
    left_out = {name for name in too_little if not name.startswith(("x7.", "y8.", "v7."))}
    assert bool(left_out) == bool(told)
    assert not told or int(re.findall(r"left out: (\d+) names?", told[0])[0]) >= len(left_out)


def above_of(name: str) -> list[str]:
    labels = name.split(".")
    return [".".join(labels[at:]) for at in range(1, len(labels))]


@pytest.mark.parametrize("filters", [Filters(), EVERYTHING, Filters(["xiaomi"])])
def test_adblock_says_all_that_the_policy_says(
    inputs: Inputs, asked: list[str], filters: Filters, tmp_path: Path
) -> None:
    limit = filters.max_breakage or "minor"
    policy = shipped(tmp_path, f"blocking: {{max_breakage: {limit}}}")
    decides = policy.policy(policy.ruleset())
    reader = Adblock(lines(export(inputs, "adblock", filters).text, "!"))
    wrong = []
    for name in asked:
        verdict = decides.match(from_text(name))
        wanted = verdict is not None and verdict.action == "block"
        if wanted and filters.vendors and verdict:
            wanted = verdict.rule.vendor in filters.vendors
        wrong += [name] * (reader.blocks(name) != wanted)
    assert not wrong


class Adblock:
    """Rules by the name they are about; expressions are tried one after another."""

    def __init__(self, rules: list[str]) -> None:
        self._names: defaultdict[str, list[tuple[bool, int]]] = defaultdict(list)
        self._expressions: list[tuple[re.Pattern[str], int]] = []
        for rule in rules:
            force = 1 + rule.startswith("@@") + 2 * rule.endswith("$important")
            mask = rule.removeprefix("@@").removesuffix("$important")
            if mask.startswith("/"):
                self._expressions.append((re.compile(mask[1:-1]), force))
            else:
                found = re.fullmatch(r"(\|\|?)([a-z0-9_.-]+)\^", mask)
                assert found, rule
                self._names[found[2]].append((found[1] == "||", force))

    def blocks(self, name: str) -> bool:
        forces = [force for expression, force in self._expressions if expression.search(name)]
        for at in [name, *above_of(name)]:
            forces += [force for below, force in self._names.get(at, ()) if below or at == name]
        return max(forces, default=0) % 2 == 1


@pytest.mark.parametrize("format_", FORMATS)
def test_takes_well_under_a_second(format_: str, inputs: Inputs) -> None:
    started = time.process_time()
    export(inputs, format_, EVERYTHING)
    assert time.process_time() - started < 1.0
