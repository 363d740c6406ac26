"""Adblock rules that say more than a name."""

from ipaddress import ip_network

import pytest

from blocker.catalog.formats import adblock
from blocker.core.names import from_text
from blocker.core.rule import Condition, LocalRecord
from tests.support.reading import read


@pytest.mark.parametrize(
    "line, match, name",
    [
        ("||example.org^$important", "subtree", "example.org"),
        ("||*.ga^$denyallow=a.ga|b.ga", "below", "ga"),
        ("||*^$dnstype=HTTPS", "subtree", "."),
        ("*^$denyallow=example.org", "subtree", "."),
        ("$client=127.0.0.1", "subtree", "."),
        ("/$client=127.0.0.1", "subtree", "."),
        ("example.org$important", "regex", "."),
    ],
)
def test_what_it_covers(line: str, match: str, name: str) -> None:
    rule = read(adblock.items, line).rule
    assert (rule.match, rule.name, rule.action) == (match, from_text(name), "block")


def test_it_keeps_all_it_says() -> None:
    rule = read(
        adblock.items, "@@||a.org^$important,denyallow=b.a.org,dnstype=A|~AAAA,client=~x"
    ).rule
    assert (rule.action, rule.important, rule.layer, rule.list) == ("allow", True, "subscription",
                                                                   "list")  # fmt: skip
    assert rule.unless == (from_text("b.a.org"),)
    assert rule.condition == Condition(types=(1,), other_types=(28,), other_clients=("x",))
    assert rule.text == "@@||a.org^$important,denyallow=b.a.org,dnstype=A|~AAAA,client=~x"


@pytest.mark.parametrize("line", ["1.2.3.4", "||1.2.3.4^", "|1.2.3.4^", "||1.2.3.4"])
def test_an_address_is_one_that_answers_lead_to(line: str) -> None:
    rule = read(adblock.items, line).rule
    assert (rule.match, rule.network) == ("address", ip_network("1.2.3.4/32"))


def test_an_expression_may_have_modifiers() -> None:
    block, allow = read(adblock.items, [r"/ads\./$important", r"@@/^good/$dnstype=A # why"]).rules
    assert (block.text, block.important, block.match) == (r"ads\.", True, "regex")
    assert (allow.text, allow.action, allow.condition) == ("^good", "allow", Condition(types=(1,)))


def test_rewrites_add_up() -> None:
    told = read(
        adblock.items,
        [
            "||a.org^$dnsrewrite=192.0.2.1",
            "||a.org^$dnsrewrite=NOERROR;A;192.0.2.2",
            "||nx.org^$dnsrewrite=NXDOMAIN",
            "||null.org^$dnsrewrite=0.0.0.0",
            "||b.org^$dnsrewrite=192.0.2.3,client=192.0.2.9",
        ],
    )
    a, nx, null, b = told.rules
    assert (a.action, [record.rdata[-1] for record in a.records]) == ("local", [1, 2])
    assert (nx.action, nx.mode, nx.records) == ("block", "nxdomain", ())
    assert (null.action, null.mode) == ("block", "null-ip")
    assert (b.records, b.condition) == (
        (LocalRecord(1, 60, b"\xc0\x00\x02\x03"),), Condition(clients=("192.0.2.9",)),
    )  # fmt: skip


def test_an_exception_takes_rewrites_back() -> None:
    one, another = "$dnsrewrite=192.0.2.1", "$dnsrewrite=192.0.2.2"
    both = [f"||a.org^{one}", f"||a.org^{another}"]
    (rule,) = read(adblock.items, [f"@@||a.org^{one}", *both]).rules
    assert [record.rdata[-1] for record in rule.records] == [2]
    assert read(adblock.items, [*both, "@@||a.org^$dnsrewrite"]).rules == []
    told = read(adblock.items, [*both, "@@||org^$dnsrewrite"])
    assert (told.rules, told.bad) == ([], [])


def test_a_list_that_may_not_rewrite_has_its_records_refused() -> None:
    told = read(
        adblock.items, ["||a.org^$dnsrewrite=192.0.2.1", "||b.org^$dnsrewrite=REFUSED"],
        rewrites=False,
    )  # fmt: skip
    assert [rule.mode for rule in told.rules] == ["refused"]
    assert ["answers with a record of its own" in line for line in told.bad] == [True]


@pytest.mark.parametrize(
    "line, why",
    [
        ("||org^", "a whole top-level domain"),
        ("||*^", "every name"),
        ("||org^$important", "a whole top-level domain"),
        ("1.1.1.1$denyallow=a.cn", "no names are below an address"),
        ("||1.2.3.4^$dnsrewrite=192.0.2.1", "is for names"),
        ("||a.org^$dnsrewrite", "does not say what"),
        ("||a.org^$dnstype=WRONG", "is not a record type"),
        ("*^$denyallow=~example.org", "$denyallow takes names"),
    ],
)
def test_wrong_rules(line: str, why: str) -> None:
    told = read(adblock.items, line)
    assert (told.names, told.rules) == ([], [])
    assert [why in complaint for complaint in told.bad] == [True]
