"""Answers are gathered by what they are for."""

from blocker.catalog.formats.local import FORBIDDEN, LocalAnswers, Owner
from blocker.catalog.formats.reading import Lines, Reading
from blocker.core.names import from_text
from blocker.core.rule import LocalRecord

ONE, TWO = LocalRecord(1, 60, bytes(4)), LocalRecord(1, 60, bytes((1, 1, 1, 1)))
NAME = Owner("exact", from_text("a.org"))
LIKE_IT = Owner("subtree", from_text("a.org"))


def local(*, rewrites: bool = True) -> tuple[LocalAnswers, Reading]:
    reading = Reading("l", Lines("f"), Lines("f"), rewrites=rewrites)
    return LocalAnswers(reading), reading


def test_equal_owners_share_a_rule_and_a_record_twice_is_one() -> None:
    data, _ = local()
    for number, (owner, record) in enumerate([(NAME, ONE), (LIKE_IT, ONE), (NAME, TWO),
                                              (NAME, ONE)], 7):  # fmt: skip
        data.add(number, f"line {number}", owner, record)
    first, second = data.rules()
    assert (first.line, first.text, first.records) == (7, "line 7", (ONE, TWO))
    assert (second.line, second.match, second.records) == (8, "subtree", (ONE,))


def test_what_is_taken_back_is_gone_whatever_its_match() -> None:
    data, _ = local()
    data.cancel(NAME, ONE)
    data.add(1, "x", LIKE_IT, ONE)
    data.add(2, "y", NAME, TWO)
    (rule,) = data.rules()
    assert rule.records == (TWO,)
    data.cancel(NAME, None)
    assert [*data.rules()] == []


def test_what_is_taken_back_for_a_zone_is_so_for_the_names_in_it() -> None:
    data, _ = local()
    data.cancel(Owner("subtree", from_text("org")), ONE)
    for owner in (NAME, LIKE_IT, Owner("regex", from_text("."), "a[.]org")):
        data.add(1, "x", owner, ONE)
    assert [rule.match for rule in data.rules()] == ["regex"]


def test_names_below_for_which_it_is_taken_back_are_left_out() -> None:
    data, _ = local()
    for name in ("x.a.org", "y.a.org"):
        data.cancel(Owner("subtree", from_text(name)), ONE)
    data.cancel(Owner("subtree", from_text("y.a.org")), TWO)
    data.cancel(Owner("exact", from_text("z.a.org")), None)
    data.add(1, "x", LIKE_IT, ONE)
    data.add(2, "y", LIKE_IT, TWO)
    (rule,) = data.rules()
    assert rule.unless == (from_text("y.a.org"),)


def test_an_answer_without_records_outdoes_them() -> None:
    data, _ = local()
    data.add(1, "x", NAME, ONE)
    data.answer(2, "y", NAME, "nxdomain")
    (rule,) = data.rules()
    assert (rule.action, rule.mode, rule.records) == ("block", "nxdomain", ())


def test_a_list_that_may_not_have_records() -> None:
    data, reading = local(rewrites=False)
    data.add(3, "x", NAME, ONE)
    assert [*data.rules()] == []
    assert str(reading.bad.first[0]) == f"f:3: 'x': {FORBIDDEN}"
