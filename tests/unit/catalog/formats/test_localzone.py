"""Zones and data as Unbound answers with them."""

import pytest

from blocker.catalog.formats import unbound
from blocker.core.names import from_text
from blocker.core.rule import Condition
from tests.support.reading import Told, read


def zones(*lines: str, **settings: object) -> Told:
    """`name type` and `name TYPE data` lines, without their keywords."""
    written = [
        f'local-data: "{line}"' if line.split()[1].isupper() else f"local-zone: {line}"
        for line in lines
    ]
    return read(unbound.items, written, **settings)


@pytest.mark.parametrize(
    "kind, mode",
    [
        ("static", "nxdomain"),
        ("deny", "drop"),
        ("inform_deny", "drop"),
        ("always_deny", "drop"),
        ("refuse", "refused"),
        ("always_refuse", "refused"),
        ("always_nxdomain", "nxdomain"),
        ("always_nodata", "nodata"),
        ("always_null", "null-ip"),
        ("redirect", "nodata"),
        ("inform_redirect", "nodata"),
    ],
)
def test_a_type_becomes_the_answer_of_the_list(kind: str, mode: str) -> None:
    told = zones(f"a.org {kind}", f"b.org {kind}")
    assert (told.names, told.rules, told.reading.mode) == (["1 a.org", "2 b.org"], [], mode)


@pytest.mark.parametrize(
    "kind", ["transparent", "typetransparent", "always_transparent", "inform", "nodefault"]
)
def test_types_that_block_nothing(kind: str) -> None:
    told = zones(f"a.org {kind}")
    assert (told.names, told.rules, told.bad) == ([], [], [])


def test_what_is_rarer_is_a_rule() -> None:
    told = zones("a.org always_nxdomain", "b.org always_nxdomain", "c.org deny", "d.org block_a")
    assert (told.names, told.reading.mode) == (["1 a.org", "2 b.org"], "nxdomain")
    deny, block_a = told.rules
    assert (deny.match, deny.mode, deny.line) == ("subtree", "drop", 3)
    assert (block_a.mode, block_a.condition) == ("nodata", Condition(types=(1,)))


def test_a_redirect_has_the_data_of_its_name() -> None:
    rule = zones("a.org redirect", "a.org A 192.0.2.1", "a.org AAAA 2001:db8::1").rule
    assert (rule.match, rule.action, [each.rtype for each in rule.records]) == (
        "subtree", "local", [1, 28],
    )  # fmt: skip


def test_a_redirect_to_nowhere_blocks_as_anything() -> None:
    told = zones("a.org redirect", "a.org A 0.0.0.0", "b.org A 127.0.0.1")
    assert (told.names, told.rules, told.reading.mode) == (["1 a.org", "3 =b.org"], [], "")


def test_names_with_something_below_them_exist_in_a_static_zone() -> None:
    told = zones("local static", "local SOA a b 1 2 3 4 5", "a.b.local A 192.0.2.1",
                 "c.b.local A 192.0.2.2")  # fmt: skip
    assert (told.names, told.reading.mode) == (["1 local"], "nxdomain")
    assert {(rule.text, rule.match, rule.action, rule.mode) for rule in told.rules} == {
        ("a.b.local", "exact", "local", ""),
        ("c.b.local", "exact", "local", ""),
        ("b.local", "exact", "block", "nodata"),
        ("local", "exact", "local", ""),
    }
    assert len(told.rules) == 4


def test_types_that_do_not_look_at_data() -> None:
    told = zones("a.org always_nxdomain", "x.a.org A 192.0.2.1")
    assert (told.names, told.rules, len(told.ignored)) == (["1 a.org"], [], 1)


def test_other_types_of_a_name_are_asked_upstream_where_the_zone_says_so() -> None:
    rule = zones("a.org typetransparent", "x.a.org A 192.0.2.1").rule
    assert rule.condition == Condition(types=(1,))
    assert zones("a.org transparent", "x.a.org A 192.0.2.1").rule.condition is None


def test_a_transparent_zone_in_another_is_an_exception_but_for_what_is_in_it() -> None:
    told = zones("a.org static", "b.a.org transparent", "x.b.a.org A 192.0.2.1",
                 "y.b.a.org always_nxdomain", "z.org transparent")  # fmt: skip
    (allow,) = (rule for rule in told.rules if rule.action == "allow")
    assert (allow.text, allow.match) == ("b.a.org", "subtree")
    assert set(allow.unless) == {from_text("x.b.a.org"), from_text("y.b.a.org")}


def test_a_list_that_may_not_rewrite() -> None:
    told = zones("a.org A 192.0.2.1", "b.org A 0.0.0.0", rewrites=False)
    assert (told.names, told.rules, len(told.bad)) == (["2 =b.org"], [], 1)


@pytest.mark.parametrize("settings", [{"action": "allow"}, {"answer": "refused"}])
def test_a_list_whose_answer_is_given(settings: dict[str, str]) -> None:
    told = zones("a.org static", "b.org deny", "c.org A 192.0.2.1", **settings)
    assert told.names == ["1 a.org", "2 b.org", "3 =c.org"]
