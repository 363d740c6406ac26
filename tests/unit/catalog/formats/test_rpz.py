"""Response policy zones."""

import pytest

from blocker.catalog.formats import rpz
from blocker.core.names import from_text
from tests.support.reading import read

HEAD = [
    "$TTL 2h",
    "$ORIGIN rpz.example.",
    "@ IN SOA localhost. root.localhost. ( 1 3h ; serial",
    "   1h 1w 1h )",
    "  NS localhost.",
]


@pytest.mark.parametrize(
    "action, mode",
    [(".", "nxdomain"), ("*.", "nodata"), ("rpz-drop.", "drop"), ("rpz-tcp-only.", "tcp-only"),
     ("rpz-drop", "drop"), ("RPZ-Drop.", "drop")],
)  # fmt: skip
def test_what_most_names_are_answered_with_is_the_answer_of_the_list(
    action: str, mode: str
) -> None:
    told = read(rpz.items, [f"a.org CNAME {action}", f"*.b.org CNAME {action}"])
    assert (told.names, told.rules, told.reading.mode) == (["1 =a.org", "2 *.b.org"], [], mode)


def test_a_name_and_its_wildcard_are_one() -> None:
    told = read(
        rpz.items, ["*.a.org CNAME .", "a.org CNAME .", "b.org CNAME .", "*.b.org CNAME *."]
    )
    assert told.names == ["2 a.org", "3 =b.org"]
    assert [(rule.text, rule.mode) for rule in told.rules] == [("*.b.org", "nodata")]


def test_exceptions() -> None:
    told = read(
        rpz.items,
        ["a.org CNAME .", "ok.org CNAME rpz-passthru.", "self.org CNAME self.org.",
         "*.deep.org CNAME rpz-passthru."],
    )  # fmt: skip
    assert told.names == ["1 =a.org", "2 @@=ok.org", "3 @@=self.org", "4 @@*.deep.org"]


def test_names_count_from_the_zone() -> None:
    told = read(
        rpz.items,
        [*HEAD, "a.org CNAME .", "b.org.rpz.example. CNAME .", "$ORIGIN org.rpz.example.",
         "c IN CNAME .", "d 60 CNAME .", "out.org. CNAME ."],
    )  # fmt: skip
    assert told.names == ["6 =a.org", "7 =b.org", "9 =c.org", "10 =d.org"]
    assert told.bad == ["11: 'out.org': outside of the zone rpz.example"]


def test_a_zone_that_the_soa_names() -> None:
    told = read(rpz.items, ["rpz. SOA a. b. 1 2 3 4 5", "a.org.rpz. CNAME .", "b.org. CNAME ."])
    assert told.names == ["2 =a.org"]
    assert len(told.bad) == 1


def test_records_of_its_own() -> None:
    told = read(
        rpz.items,
        [*HEAD, "a.org 300 A 192.0.2.1", "  TXT why", "w.org CNAME *.garden.example.",
         "*.c.org CNAME c.example.", "n.org A 0.0.0.0", "  AAAA ::", "l.org A 127.0.0.1"],
    )  # fmt: skip
    a, w, loopback, c = told.rules
    assert told.names == ["10 =n.org"]
    assert [(each.rtype, each.ttl, each.rdata) for each in a.records] == [
        (1, 300, b"\xc0\x00\x02\x01"), (16, 7200, b"\x03why"),
    ]  # fmt: skip
    assert w.records[0].rdata == from_text("*.garden.example")
    assert loopback.records[0].rdata == b"\x7f\x00\x00\x01"
    assert (c.match, c.action) == ("below", "local")


def test_a_zone_that_may_not_rewrite() -> None:
    told = read(rpz.items, ["a.org A 192.0.2.1", "b.org A 127.0.0.1"], rewrites=False)
    assert (told.names, told.rules, len(told.bad)) == (["2 =b.org"], [], 1)


def test_wildcards_do_not_reach_below_a_closer_name() -> None:
    told = read(
        rpz.items,
        ["a CNAME .", '*.a TXT "local"', "b.a CNAME *.", "c.a CNAME rpz-passthru.", "* CNAME ."],
    )
    wild, root = (rule for rule in told.rules if rule.match == "below")
    assert (wild.text, wild.unless) == ("*.a", (from_text("b.a"), from_text("c.a")))
    assert (root.text, root.name, root.unless) == ("*", b"\x00", (from_text("a"),))


def test_addresses_of_answers_and_clients() -> None:
    told = read(
        rpz.items,
        ["24.0.2.0.192.rpz-ip CNAME .", "32.1.2.0.192.rpz-ip CNAME rpz-passthru.",
         "24.0.3.0.192.rpz-client-ip CNAME rpz-drop.", "32.9.2.0.192.rpz-client-ip A 127.0.0.1",
         "32.9.2.0.192.rpz-client-ip TXT 42", "1.2.rpz-ip CNAME .", "ns.rpz-nsdname CNAME ."],
    )  # fmt: skip
    assert [(rule.match, str(rule.network), rule.action, rule.mode) for rule in told.rules] == [
        ("address", "192.0.2.0/24", "block", "nxdomain"),
        ("address", "192.0.2.1/32", "allow", ""),
        ("client", "192.0.3.0/24", "block", "drop"),
        ("client", "192.0.2.9/32", "local", ""),
    ]
    assert [each.rtype for each in told.rules[3].records] == [1, 16]
    assert (len(told.bad), len(told.ignored)) == (1, 1)


@pytest.mark.parametrize(
    "lines, why",
    [
        (["a.org CNAME .", "a.org CNAME *."], "a second action"),
        (["a.org CNAME .", "a.org TXT x"], "a record beside an action"),
        (["a.org TXT"], "lacks something"),
        (["a.org"], "a name without a record"),
        (["$INCLUDE x"], "is not read"),
    ],
)
def test_wrong_lines(lines: list[str], why: str) -> None:
    assert [why in complaint for complaint in read(rpz.items, lines).bad] == [True]


def test_a_line_twice_is_no_fault() -> None:
    told = read(rpz.items, ["a.org CNAME .", "b.org CNAME .", "a.org CNAME ."])
    assert (told.names, told.bad) == (["1 =a.org", "2 =b.org"], [])


def test_what_an_exact_name_covers_can_be_said() -> None:
    lines = ["a.org CNAME .", "*.b.org CNAME .", "c.org CNAME *."]
    assert read(rpz.items, lines, match="subtree").names == ["1 a.org", "2 *.b.org"]


@pytest.mark.parametrize(
    "settings, names",
    [({"action": "allow"}, ["1 =a.org", "2 =b.org", "3 =c.org", "4 =d.org"]),
     ({"answer": "refused"}, ["1 =a.org", "2 =b.org", "3 =c.org", "4 @@=d.org"])],
)  # fmt: skip
def test_a_list_whose_answer_is_given(settings: dict[str, str], names: list[str]) -> None:
    lines = ["a.org CNAME .", "b.org CNAME *.", "c.org A 192.0.2.1", "d.org CNAME rpz-passthru."]
    told = read(rpz.items, lines, **settings)
    assert (told.names, told.rules, told.bad) == (names, [], [])
