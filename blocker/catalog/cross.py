"""What no single entry shows: entries against each other, against keep.yaml and the sources.

Whether a rule covers a name is asked of the Policy itself, so the lists are checked by what will
be done with them.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from blocker.catalog.entry import Entry, Keep
from blocker.catalog.own import AnyVendorFile
from blocker.catalog.written import read_name
from blocker.core.names import is_below
from blocker.core.policy import NoRules, Policy, Relation, Rule
from blocker.errors import Problem
from blocker.yamlfile import Document, Step, suggest


@dataclass(frozen=True, slots=True)
class Listed:
    """A rule, and where it was written. A zone has no entry."""

    rule: Rule
    entry: Entry | Keep | None
    document: Document
    path: tuple[Step, ...]

    def problem(self, key: str, what: str, instead: str) -> Problem:
        path = self.path if self.entry is None else (*self.path, key)
        return self.document.problem(path, what, instead)


@dataclass(frozen=True, slots=True)
class Related:
    """A relation, and where it was written."""

    relation: Relation
    document: Document
    path: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Cited:
    """A key of sources.yaml, and where it was written."""

    key: str
    document: Document
    path: tuple[Step, ...]


@dataclass(slots=True)
class Written:
    """Everything that the files say, as far as they could be read."""

    listed: list[Listed] = field(default_factory=list)
    related: list[Related] = field(default_factory=list)
    cited: list[Cited] = field(default_factory=list)
    sources: Document | None = None

    @property
    def named(self) -> list[Listed]:
        """Entries and kept names, but no zones."""
        return [each for each in self.listed if each.entry is not None]


def faults(written: Written) -> Iterator[Problem]:
    """What is wrong between files."""
    if written.sources is not None:
        yield from _unknown_evidence(written.cited, written.sources.value["sources"])
    yield from twice(written.listed)
    named = written.named
    yield from _unknown_members(written.related, named)
    policy = Policy(NoRules(), [each.rule for each in named])
    origin = {id(each.rule): each for each in named}
    for each in named:
        above = [origin[id(rule)] for rule, _ in policy.trace(each.rule.name)]
        if isinstance(each.entry, Keep):
            yield from _blocked_though_kept(each, above)
        elif each.rule.action == "block":
            yield from _never_in_force(each, above)
            yield from _needless_exceptions(each, policy)


def unknown_products(
    vendors: Sequence[tuple[AnyVendorFile, Document]],
    more: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> Iterator[Problem]:
    """Entries of a product that their file does not have, nor `more` has for their vendor."""
    for file, document in vendors:
        known = list(dict.fromkeys((*file.products, *more.get(file.vendor, ()))))
        for index, entry in enumerate(file.entries):
            if entry.product not in known:
                yield document.problem(
                    ("entries", index, "product"),
                    f"{entry.product} is not among the products",
                    "write one of: " + ", ".join(known) if known else "add it to `products:`",
                )


def _unknown_evidence(cited: Sequence[Cited], sources: Collection[str]) -> Iterator[Problem]:
    known = sorted(sources)
    for each in cited:
        if each.key not in sources:
            close = suggest(each.key, known)
            instead = close if close.startswith("did") else "add it to sources.yaml"
            yield each.document.problem(each.path, f"no source {each.key}", instead)


def twice(listed: Sequence[Listed]) -> Iterator[Problem]:
    """Names that stand in two places of one layer."""
    seen: dict[tuple[str, str], Listed] = {}
    for each in listed:
        earlier = seen.setdefault((each.rule.layer, each.rule.text), each)
        if earlier is not each:
            place = f"{earlier.rule.list}:{earlier.rule.line}"
            yield each.problem("name", f"stands at {place} already", "remove one")


def _unknown_members(related: Sequence[Related], named: Sequence[Listed]) -> Iterator[Problem]:
    kept = {each.rule.text for each in named if each.rule.layer == "keep"}
    entries = {(each.rule.vendor, each.rule.text) for each in named}
    for each in related:
        for at, text in enumerate(each.relation.members):
            if (each.relation.vendor, text) not in entries and text not in kept:
                yield each.document.problem(
                    (*each.path, "names", at),
                    f"{text} is no entry of this file, and keep.yaml does not have it",
                    "add it to the entries, or write it as it stands there",
                )


def _blocked_though_kept(kept: Listed, above: Sequence[Listed]) -> Iterator[Problem]:
    for each in above:
        if not isinstance(each.entry, Entry) or each.rule.action != "block":
            continue
        if not any(is_below(kept.rule.name, read_name(name).name) for name in each.entry.except_):
            yield each.problem(
                "name",
                f"covers {kept.rule.text}, which {kept.rule.list}:{kept.rule.line} keeps",
                f"add `except: [{kept.rule.text}]`, or list narrower names",
            )


def _never_in_force(each: Listed, above: Sequence[Listed]) -> Iterator[Problem]:
    for kept in above:
        whole = kept.rule.match == "subtree" or kept.rule.match == each.rule.match
        # The same name in both is told once, as a kept name that an entry covers.
        if kept.rule.layer == "keep" and whole and kept.rule.name != each.rule.name:
            yield each.problem(
                "name",
                f"is never blocked: {kept.rule.list}:{kept.rule.line} keeps {kept.rule.text}",
                "remove it, or keep narrower names",
            )


def _needless_exceptions(each: Listed, policy: Policy) -> Iterator[Problem]:
    for name in each.entry.except_ if isinstance(each.entry, Entry) else ():
        exception = read_name(name).name
        rules = [rule for rule, _ in policy.trace(exception)]
        if each.rule not in rules:
            yield each.problem("except", f"{name} is not covered by it anyway", "remove it")
        elif not any(rule.action == "allow" for rule in rules):
            yield each.problem("except", f"nothing keeps {name}", "add it to keep.yaml")
