"""The shipped lists.

Loading them checks schema, evidence, names, duplicates and kept names; each of those checks has
its test in tests/unit/catalog. Here is what must be true of this data besides.
"""

from collections import Counter
from pathlib import Path

import pytest

from blocker.catalog.compile import compile_ruleset
from blocker.catalog.load import default_lists, load_catalogue
from blocker.catalog.written import read_name
from blocker.core.names import from_text, is_below
from blocker.core.policy import TELEMETRY, Policy, Rule, Switch
from blocker.ruleset import open_ruleset

CATALOGUE = load_catalogue()
VENDORS = sorted(path.stem for path in (default_lists() / "vendors").glob("*.yaml"))
LISTED = [rule for rule in CATALOGUE.rules if rule.layer == "curated"]
KEPT = [rule for rule in CATALOGUE.rules if rule.layer == "keep"]


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    """The default policy over the compiled lists: what a new user gets."""
    return Policy(open_ruleset(compile_ruleset(CATALOGUE, [], tmp_path_factory.mktemp("rules"))))


def text(rule: Rule) -> str:
    return rule.text


def test_the_first_five_vendors_are_there() -> None:
    assert {"xiaomi", "oppo", "oneplus", "realme", "vivo"} <= set(VENDORS)
    assert sorted(vendor.vendor for vendor in CATALOGUE.vendors) == VENDORS


def test_entries_stand_in_order() -> None:
    wrong = [str(each) for each in CATALOGUE.remarks if "out of order" in each.what]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("rule", KEPT, ids=text)
def test_a_kept_name_resolves(rule: Rule, policy: Policy) -> None:
    verdict = policy.match(rule.name)
    assert verdict is not None
    assert verdict.action == "allow"


@pytest.mark.parametrize(
    "rule", [rule for rule in LISTED if rule.purpose not in TELEMETRY], ids=text
)
def test_a_function_is_not_blocked(rule: Rule, policy: Policy) -> None:
    verdict = policy.match(_example(rule))
    assert verdict is not None
    assert verdict.action == "allow"


@pytest.mark.parametrize("rule", [rule for rule in LISTED if rule.action == "block"], ids=text)
def test_telemetry_is_blocked_unless_it_breaks_much_or_is_shared(
    rule: Rule, policy: Policy
) -> None:
    verdict = policy.match(_example(rule))
    if rule.shared or rule.breakage == "major" or rule.vendor in CATALOGUE.off:
        assert verdict is None or verdict.action in ("allow", "pass") or verdict.rule != rule
    else:
        assert verdict is not None
        assert verdict.action == "block"
        assert verdict.rule.vendor == rule.vendor


def test_public_resolvers_are_blocked_when_switched_on(tmp_path: Path) -> None:
    assert CATALOGUE.off == ("public-dns",)
    ruleset = open_ruleset(compile_ruleset(CATALOGUE, [], tmp_path))
    on = Policy(ruleset, vendors={"public-dns": Switch()})
    for name in ("dns.google", "mozilla.cloudflare-dns.com", "abc123.dns.nextdns.io"):
        verdicts = [tried.match(from_text(name)) for tried in (on, Policy(ruleset))]
        assert [verdict.action for verdict in verdicts if verdict] == ["block", "pass"]


@pytest.mark.parametrize(
    "name, vendor",
    [
        ("xiaomi.com", "xiaomi"),
        ("www.mi.com", "xiaomi"),
        ("oppo.com", "oppo"),
        ("www.vivo.com.cn", "vivo"),
    ],
)
def test_a_vendors_site_is_reached_and_known_to_be_its_own(
    name: str, vendor: str, policy: Policy
) -> None:
    verdict = policy.match(from_text(name))
    assert verdict is not None
    assert verdict.action in ("allow", "pass")
    assert verdict.vendor == vendor


def test_every_source_is_used() -> None:
    used = {key for rule in CATALOGUE.rules for key in rule.evidence}
    used |= {key for vendor in CATALOGUE.vendors if vendor.law for key in vendor.law.evidence}
    used |= {key for relation in CATALOGUE.relations for key in relation.evidence}
    assert set(CATALOGUE.sources) == used


def test_what_rests_on_community_lists_alone_says_so() -> None:
    """A list whose lines say nothing of why is used to find names; it measures nothing."""
    lists = {
        key for key, source in CATALOGUE.sources.items() if source.note.startswith("Used to find")
    }
    assert lists
    wrong = [
        f"{rule.list}:{rule.line}: {rule.text}"
        for rule in LISTED
        if rule.confidence != "community" and lists.issuperset(rule.evidence)
    ]
    assert not wrong, "\n".join(wrong)


def test_no_vendor_claims_anothers_zone() -> None:
    zones = Counter(zone for vendor in CATALOGUE.vendors for zone in vendor.zones)
    assert [zone for zone, vendors in zones.items() if vendors > 1] == []


def test_products_are_all_of_use() -> None:
    used = {(rule.vendor, rule.product) for rule in LISTED}
    declared = {
        (vendor.vendor, product) for vendor in CATALOGUE.vendors for product in vendor.products
    }
    assert declared == used


def test_every_file_has_a_modeline_that_leads_to_the_schema() -> None:
    for path in default_lists().rglob("*.yaml"):
        first = path.read_text(encoding="utf-8").partition("\n")[0]
        name = first.removeprefix("# yaml-language-server: $schema=")
        assert (path.parent / name).resolve() == Path(default_lists() / "schema.json").resolve()


def _example(rule: Rule) -> bytes:
    """The name of an entry, or one of its family."""
    if rule.match != "pattern":
        return rule.name
    plain, set_ = "", ""
    for character in rule.text:
        if set_ or character == "[":
            set_ += character
            if character == "]":
                plain, set_ = plain + set_[1], ""
        else:
            plain += "x" if character == "*" else character
    name = from_text(plain)
    assert is_below(name, read_name(rule.text).name)
    return name
