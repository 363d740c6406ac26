"""What is not wrong but wants tidying: `check` shows it, and nothing stops for it."""

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from blocker.catalog.cross import Cited, Listed, Written
from blocker.catalog.entry import Entry
from blocker.catalog.own import AnyVendorFile
from blocker.core.policy import NoRules, Policy, Rule
from blocker.errors import Problem
from blocker.yamlfile import Document


def remarks(
    written: Written, vendors: Sequence[tuple[AnyVendorFile, Document]]
) -> Iterator[Problem]:
    """Of all files at once."""
    yield from _out_of_order(written.named)
    yield from _adding_nothing(written)
    yield from _zones_inside_zones(written.listed)
    yield from _unknown_owners(written.named, {file.vendor for file, _ in vendors})
    yield from _unused_products(vendors)
    if written.sources is not None:
        yield from _unused_sources(written.cited, written.sources)


def own_remarks(written: Written, vendors: Collection[str]) -> Iterator[Problem]:
    """Of an overlay and the lists below it. Of one's own no order is asked."""
    yield from _adding_nothing(written)
    yield from _zones_inside_zones(written.listed)
    yield from _unknown_owners(written.named, vendors)


def _out_of_order(named: Sequence[Listed]) -> Iterator[Problem]:
    for before, after in pairwise(named):
        if before.document is after.document and _sort_key(after) < _sort_key(before):
            place = f"move it above {before.rule.text}, or further up"
            yield after.problem("name", "out of order: sort by labels from the right", place)


def _sort_key(listed: Listed) -> tuple[str, ...]:
    return tuple(reversed(listed.rule.text.removeprefix("=").split(".")))


def _adding_nothing(written: Written) -> Iterator[Problem]:
    """Entries below another that has the same effect and at least the same evidence."""
    related = {text for each in written.related for text in each.relation.members}
    named = [each for each in written.named if isinstance(each.entry, Entry)]
    policy = Policy(NoRules(), [each.rule for each in named])
    for each in named:
        if each.rule.match == "pattern" or each.rule.text in related:
            continue
        # A family may match nothing but itself at its parent, so `each` is looked for, not first.
        covering = [rule for rule, _ in policy.trace(each.rule.name) if rule is not each.rule]
        if covering and _says_as_much(covering[0], each.rule):
            place = f"{covering[0].list}:{covering[0].line}"
            what = f"adds nothing to {covering[0].text} at {place}, below which it lies"
            yield each.problem("name", what, "remove it, or give it evidence of its own")


def _says_as_much(general: Rule, narrow: Rule) -> bool:
    return (
        general.match == "subtree"
        and _effect(general) == _effect(narrow)
        and set(narrow.evidence) <= set(general.evidence)
    )


def _effect(rule: Rule) -> tuple[str | bool, ...]:
    return (
        rule.vendor,
        rule.product,
        rule.purpose,
        rule.breakage,
        rule.breaks,
        rule.shared,
        rule.inferred,
    )


def _zones_inside_zones(listed: Sequence[Listed]) -> Iterator[Problem]:
    zones = [each for each in listed if each.rule.layer == "zone"]
    policy = Policy(NoRules(), [each.rule for each in zones])
    for each in zones:
        for rule, _ in policy.trace(each.rule.name):
            if rule is not each.rule and rule.vendor == each.rule.vendor:
                yield each.problem("", f"lies in {rule.text}, which is a zone too", "remove it")


def _unknown_owners(named: Sequence[Listed], vendors: Collection[str]) -> Iterator[Problem]:
    for each in named:
        if each.rule.vendor and each.rule.vendor not in vendors:
            what = f"no file vendors/{each.rule.vendor}.yaml"
            yield each.problem("vendor", what, "correct it, or leave it out")


def _unused_products(vendors: Sequence[tuple[AnyVendorFile, Document]]) -> Iterator[Problem]:
    for file, document in vendors:
        used = {entry.product for entry in file.entries}
        for product in file.products:
            if product not in used:
                yield document.problem(("products", product), "no entry has it", "remove it")


def _unused_sources(cited: Sequence[Cited], sources: Document) -> Iterator[Problem]:
    used = {each.key for each in cited}
    for key in sources.value["sources"]:
        if key not in used:
            yield sources.problem(("sources", key), "nothing cites it", "remove it")
