"""Which rules match, and in which order they are asked."""

from blocker.core.names import from_text
from blocker.core.precedence import applicable
from blocker.core.rule import Rule
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


def test_what_does_not_match_is_left_out() -> None:
    assert asked("x.a.b", rule("=a.b"), rule("x-*.a.b")) == []
    inside_a_label = b"\x03x\x01a\x01b\x00"
    assert applicable(inside_a_label, [(rule("a.b").name[::-1], rule("a.b"))]) == []
