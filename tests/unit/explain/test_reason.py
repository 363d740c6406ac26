"""Every way a question can go, and the reason given."""

import json
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

import pytest

from blocker.core.policy import Policy, Switch
from blocker.core.sinkhole import Sinkhole
from blocker.core.view import View
from blocker.explain import Explanation, explain
from tests.support.rules import entry, keep, listed, policy, rule, zone

NAME = "data.mistat.example"


@dataclass(frozen=True)
class Paper:
    title: str = "A study"
    url: str = "https://example.org/study"


def of(made: Policy, name: str = NAME, **how: Any) -> Explanation:
    return explain(View(made, Sinkhole()), name, **how)


def test_a_curated_entry() -> None:
    made = policy(
        entry(
            "mistat.example",
            product="Mi Stats",
            breakage="minor",
            breaks="the statistics page",
            evidence=("paper", "lost"),
            confidence="measured",
            inferred=True,
            line=12,
        )
    )
    said = of(made, sources={"paper": Paper()})
    assert (said.action, said.layer, said.because) == ("block", "curated", "analytics of xiaomi")
    assert (said.vendor, said.product, said.purpose) == ("xiaomi", "Mi Stats", "analytics")
    assert (said.breakage, said.breaks) == ("minor", "the statistics page")
    assert (said.confidence, said.inferred) == ("measured", True)
    assert [(each.key, each.title) for each in said.evidence] == [
        ("paper", "A study"),
        ("lost", ""),
    ]
    assert said.answer
    assert said.answer.records == ("0.0.0.0",)
    assert said.change == f"rules:\n  allow:\n    - {NAME}\n"


def test_a_functional_entry_is_allowed() -> None:
    said = of(policy(entry("mistat.example", "updates", breakage="major", breaks="updates")))
    assert (said.action, said.layer, said.answer) == ("allow", "curated", None)
    assert said.because == "updates of xiaomi: a function of the device, not telemetry"
    assert said.change == f"rules:\n  block:\n    - {NAME}\n"


def test_keep() -> None:
    said = of(policy(keep("mistat.example", reason="Updates."), entry("mistat.example")))
    assert (said.action, said.layer, said.reason) == ("allow", "keep", "Updates.")
    assert [each.why for each in said.passed_over] == ["an earlier rule decided"]


def test_the_users_own_rule_is_undone_by_removing_it() -> None:
    said = of(policy(rule("mistat.example", "allow", line=9), entry("mistat.example")))
    assert (said.action, said.layer) == ("allow", "user")
    assert said.because == "your own rule allows it"
    assert said.change == "# remove mistat.example at blocker.yaml:9\n"
    assert (said.vendor, said.breakage) == (None, None)


def test_a_subscription_is_named_with_its_line() -> None:
    said = of(policy(listed("mistat.example", line=1204)))
    assert (said.action, said.because) == ("block", "the list a list blocks it")
    assert said.rule
    assert (said.rule.text, said.rule.list, said.rule.line) == ("mistat.example", "a list", 1204)


def test_nothing_matches() -> None:
    said = of(policy(entry("other.example")))
    assert (said.action, said.rule, said.answer) == ("pass", None, None)
    assert (said.because, said.passed_over) == ("no rule names it", ())


def test_a_vendors_name_on_no_list_is_told_to_be_its_own() -> None:
    said = of(policy(zone("example", line=38)))
    assert (said.action, said.because) == ("pass", "a zone of xiaomi, on no list")
    assert (said.vendor, said.rule, said.layer) == ("xiaomi", None, None)
    assert said.zone
    assert (said.zone.text, said.zone.line) == ("example", 38)


def test_a_list_in_a_vendors_zone_still_decides_and_the_zone_tells_whose_it_is() -> None:
    said = of(policy(zone("example"), listed("mistat.example")))
    assert (said.action, said.vendor, said.passed_over) == ("block", "xiaomi", ())
    said = of(policy(zone("example"), entry("mistat.example", breakage="major")))
    assert (said.because, said.vendor) == ("no rule in force names it", "xiaomi")
    assert len(said.passed_over) == 1


def test_the_version_of_the_lists_is_passed_on() -> None:
    said = of(policy(), catalogue="2026-11-23-1a2b3c4d")
    assert json.loads(said.as_json())["catalogue"] == "2026-11-23-1a2b3c4d"


@pytest.mark.parametrize(
    "switch, fields, why",
    [
        (Switch("off"), {}, "vendor xiaomi is switched off"),
        (Switch(), {"breakage": "major"}, "its breakage is major, the limit is minor"),
        (
            Switch(purposes=frozenset({"location"})),
            {},
            "analytics is not among the purposes chosen for xiaomi",
        ),
        (
            Switch(),
            {"shared": True},
            "shared with a function of the device; DNS cannot separate them",
        ),
    ],
)
def test_a_rule_not_in_force_says_why(switch: Switch, fields: dict[str, Any], why: str) -> None:
    said = of(policy(entry("mistat.example", **fields), vendors={"xiaomi": switch}))
    assert (said.action, said.because) == ("pass", "no rule in force names it")
    (passed,) = said.passed_over
    assert (passed.rule.text, passed.vendor, passed.why) == ("mistat.example", "xiaomi", why)


def test_shadow() -> None:
    said = of(policy(entry("mistat.example"), vendors={"xiaomi": Switch("shadow")}))
    assert (said.action, said.layer, said.answer) == ("shadow", "curated", None)
    assert said.because == "analytics of xiaomi in shadow: counted, not blocked"
    assert said.change == "blocking:\n  vendors:\n    xiaomi: on\n"


def test_a_block_behind_a_shadow_decides() -> None:
    made = policy(
        entry("mistat.example"), listed("mistat.example"), vendors={"xiaomi": Switch("shadow")}
    )
    said = of(made)
    assert (said.action, said.layer) == ("block", "subscription")
    assert [each.why for each in said.passed_over] == ["in shadow: counted, not blocked"]


def test_an_allow_behind_a_shadow_leaves_it_in_shadow() -> None:
    made = policy(
        entry("mistat.example"),
        listed("mistat.example", "allow"),
        vendors={"xiaomi": Switch("shadow")},
    )
    said = of(made)
    assert (said.action, said.layer) == ("shadow", "curated")
    assert [each.why for each in said.passed_over] == ["the rule in shadow comes first"]


@pytest.mark.parametrize(
    "name, rcode, records",
    [
        ("localhost", "NOERROR", ("127.0.0.1",)),
        ("printer.local", "NXDOMAIN", ()),
        ("use-application-dns.net", "NXDOMAIN", ()),
        ("_dns.resolver.arpa", "NOERROR", ()),
        ("1.0.168.192.in-addr.arpa", "NXDOMAIN", ()),
    ],
)
def test_special_names(name: str, rcode: str, records: tuple[str, ...]) -> None:
    said = of(policy(), name)
    assert (said.action, said.layer, said.change) == ("local", "special", "")
    assert said.answer
    assert (said.answer.rcode, said.answer.records) == (rcode, records)


def test_types_that_are_never_passed_on() -> None:
    said = of(policy(), "example.org", qtype="ANY")
    assert (said.action, said.type) == ("local", "ANY")
    assert said.answer
    assert said.answer.records == ("HINFO RFC8482",)
    assert of(policy(), "example.org", qtype="AXFR").answer


def test_the_ds_of_home_arpa_is_asked_upstream() -> None:
    assert of(policy(), "home.arpa", qtype="DS").action == "pass"


def test_a_client_that_may_not_ask() -> None:
    said = of(policy(), client="192.0.2.7")
    assert (said.action, said.layer, said.client) == ("local", "access", "192.0.2.7")
    assert said.answer
    assert said.answer.rcode == "REFUSED"
    listed_too = of(policy(), client="192.0.2.7", networks=[ip_network("192.0.2.0/24")])
    assert listed_too.action == "pass"


def test_an_alias_known_already_is_looked_at() -> None:
    made = policy(entry("mistat.example"))
    said = of(made, "shop.example", aliases=["cdn.example", "x.mistat.example", "y.mistat.example"])
    assert (said.action, said.alias, said.name) == ("block", "x.mistat.example", "shop.example")
    assert said.because == "it is an alias of x.mistat.example: analytics of xiaomi"
    assert said.answer
    assert said.answer.records == ("0.0.0.0",)
    assert said.change == "rules:\n  allow:\n    - shop.example\n"


def test_what_is_allowed_by_name_is_not_uncloaked() -> None:
    made = policy(rule("shop.example", "allow"), entry("mistat.example"))
    assert of(made, "shop.example", aliases=["x.mistat.example"]).action == "allow"


def test_names_are_folded_and_types_named() -> None:
    said = of(policy(), "WWW.Example.ORG.", qtype="type28")
    assert (said.name, said.type) == ("www.example.org", "AAAA")


@pytest.mark.parametrize(
    "how, message",
    [
        ({"name": "https://example.org/x"}, "is not a domain name; write example.org"),
        ({"name": "192.0.2.1"}, "is an address; write a domain name"),
        ({"name": "a..b"}, "has an empty label"),
        ({"qtype": "X"}, "X is not a type; "),
        ({"client": "tv"}, "tv is not a client; write its IP address"),
    ],
)
def test_what_cannot_be_asked(how: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        of(policy(), **how)


def test_what_was_changed_is_taken_back_by_undo() -> None:
    said = of(policy(rule("mistat.example", list="changes", line=17)))
    assert said.change == "blocker undo 17\n"
