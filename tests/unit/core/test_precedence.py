"""Which rules match, and in which order they are asked."""

from blocker.core.names import from_text
from blocker.core.precedence import applicable
from blocker.core.rule import Condition, Rule
from tests.support.rules import entry, keep, listed, rule, zone


def asked(name: str, *rules: Rule) -> list[Rule]:
    return applicable(from_text(name), [(each.name[::-1], each) for each in rules])


def test_layers_come_in_order() -> None:
    in_order = [rule("a.b"), keep("a.b"), entry("a.b"), listed("a.b"), zone("a.b")]
    assert asked("a.b", *reversed(in_order)) == in_order


def test_in_a_layer_the_longest_name_then_allow_then_exact() -> None:
    in_order = [rule("=x.a.b", "allow"), rule("x.a.b", "allow"), rule("=x.a.b"), rule("a.b")]
    assert asked("x.a.b", *reversed(in_order)) == in_order


def test_a_family_is_as_long_as_its_own_labels_make_it() -> None:
    in_order = [entry("*-log.a.b.c"), entry("a.b.c"), entry("b.c")]
    assert asked("x-log.a.b.c", *reversed(in_order)) == in_order


def test_what_says_itself_how_it_answers_comes_in_the_order_of_the_lists() -> None:
    no_name = listed("a.b", list="1", mode="nxdomain")
    records = listed("=a.b", "local", list="2")
    plain, allowed = listed("a.b", list="0"), listed("a.b", "allow", list="3")
    assert asked("a.b", plain, no_name, records, allowed) == [allowed, no_name, records, plain]
    assert asked("a.b", plain, records, no_name, allowed) == [allowed, records, no_name, plain]


def test_of_one_list_records_come_before_what_blocks() -> None:
    blocked, records = listed("=a.b"), listed("=a.b", "local")
    assert asked("a.b", blocked, records) == [records, blocked]


def test_the_more_a_rule_asks_the_sooner_it_comes() -> None:
    in_order = [
        listed("a.b", condition=Condition(types=(28,), clients=("192.0.2.1",))),
        listed("a.b", condition=Condition(other_types=(1,))),
        listed("a.b"),
    ]
    assert asked("a.b", *reversed(in_order)) == in_order


def test_what_does_not_match_is_left_out() -> None:
    assert asked("x.a.b", rule("=a.b"), rule("x-*.a.b")) == []
    inside_a_label = b"\x03x\x01a\x01b\x00"
    assert applicable(inside_a_label, [(rule("a.b").name[::-1], rule("a.b"))]) == []
