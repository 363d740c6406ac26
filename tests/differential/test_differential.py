"""Answers like Unbound's, but for what classes.py explains.

Invariant: no difference without a class; and a class explains its own question alone.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.differential.classes import CLASSES, Compared, class_of
from tests.differential.questions import Question, questions
from tests.differential.replies import Reply, differences
from tests.differential.run import run
from tests.differential.scripts import SCRIPTS
from tests.support.packets import query

FOLDER = Path(__file__).parent
NO_FLAGS = dict.fromkeys(("aa", "tc", "rd", "ra", "ad", "cd"), 0)
ANSWER = Reply(0, NO_FLAGS | {"ra": 1, "rd": 1}, b"", {("a.example.", 1, 1, "192.0.2.1"): 60}, 1)
WRONG = {
    "rcode": replace(ANSWER, rcode=2, records={}, count=0),
    "another record": replace(ANSWER, records={("a.example.", 1, 1, "192.0.2.9"): 60}),
    "one more": replace(ANSWER, records=ANSWER.records | {("b.example.", 1, 1, "x"): 9}, count=2),
    "a longer life": replace(ANSWER, records={("a.example.", 1, 1, "192.0.2.1"): 600}),
    "AA": replace(ANSWER, flags=ANSWER.flags | {"aa": 1}),
    "AD": replace(ANSWER, flags=ANSWER.flags | {"ad": 1}),
    "no RA": replace(ANSWER, flags=ANSWER.flags | {"ra": 0}),
    "OPT": replace(ANSWER, edns=True),
    "SOA": replace(ANSWER, soa=("example.", 60)),
    "proofs": replace(ANSWER, authority=frozenset({("a.example.", 47)})),
    "additional records": replace(ANSWER, additional=1),
    "unreadable": replace(ANSWER, readable=False),
}
PLAIN = Question("plain", "q1.plain.diff.example", 1, query("q1.plain.diff.example"), False, False)


@pytest.mark.timeout(180)  # this machine may have much else to do
def test_every_difference_is_explained(tmp_path: Path) -> None:
    findings = run(tmp_path, seed=7, count=1_500)
    assert not findings.unexplained, "\n".join(map(str, findings.unexplained))
    assert findings.same > 3_000 * 0.7
    assert len(findings.by_class) > 10  # the scripts do what they are for


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_no_class_explains_a_wrong_answer_to_a_plain_question(wrong: Reply) -> None:
    for ours, theirs in ((wrong, ANSWER), (ANSWER, wrong)):
        found = differences(ours, theirs, 0.5)
        assert found
        classes = {class_of(Compared(PLAIN, ours, theirs, one, False)) for one in found}
        assert classes == {None}


@pytest.mark.parametrize("missing", [(None, ANSWER), (ANSWER, None)])
def test_no_class_explains_silence(missing: tuple[Reply | None, Reply | None]) -> None:
    for question in questions(1, 300):
        (found,) = differences(*missing, 0.5)
        assert class_of(Compared(question, *missing, found, False)) is None


def test_ttls_may_differ_by_a_second_and_by_what_the_exchange_took() -> None:
    def older(seconds: int) -> Reply:
        return replace(ANSWER, records={key: ttl - seconds for key, ttl in ANSWER.records.items()})

    assert not differences(ANSWER, older(1), 0.5)
    assert differences(ANSWER, older(2), 0.5)
    assert not differences(ANSWER, older(2), 1.1)


def test_the_same_seed_asks_the_same() -> None:
    asked = questions(3, 500)
    assert asked == questions(3, 500)
    assert asked != questions(4, 500)
    assert {one.script for one in asked} == {*SCRIPTS, ""}
    again = [one.under_another_name("r") for one in asked]
    assert not {one.name for one in asked if one.script} & {one.name for one in again}
    assert all(len(one.packet) == len(two.packet) for one, two in zip(asked, again, strict=True))


def test_the_table_has_every_class() -> None:
    rows = [line.split("|")[1].strip() for line in (FOLDER / "README.md").read_text().splitlines()
            if line.startswith("| ")]  # fmt: skip
    assert sorted(rows[2:]) == sorted(CLASSES)
