"""What no single entry shows: entries against each other, against keep.yaml and the sources.

Whether a rule covers a name is asked of the Policy itself, so the lists are checked by what will
be done with them.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from blocker.catalog.entry import Entry, Keep
from blocker.catalog.written import read_name
from blocker.core.names import is_below
from blocker.core.policy import NoRules, Policy, Rule
from blocker.errors import Problem
from blocker.yamlfile import Document, Step, suggest


@dataclass(frozen=True, slots=True)
class Listed:
    """A rule, and where it was written."""

    rule: Rule
    entry: Entry | Keep
    document: Document
    path: tuple[Step, ...]

    def problem(self, key: str, what: str, instead: str) -> Problem:
        return self.document.problem((*self.path, key), what, instead)


def faults(listed: Sequence[Listed], sources: Collection[str] | None) -> Iterator[Problem]:
    """What is wrong between files; `sources` is None when they could not be read."""
    if sources is not None:
        yield from _unknown_evidence(listed, sources)
    yield from _twice(listed)
    policy = Policy(NoRules(), [each.rule for each in listed])
    origin = {id(each.rule): each for each in listed}
    for each in listed:
        above = [origin[id(rule)] for rule, _ in policy.trace(each.rule.name)]
        if isinstance(each.entry, Keep):
            yield from _blocked_though_kept(each, above)
        elif each.rule.action == "block":
            yield from _never_in_force(each, above)
            yield from _needless_exceptions(each, policy)


def order(listed: Sequence[Listed]) -> Iterator[Problem]:
    """Vendors' entries that do not stand in the order of their labels from the right."""
    curated = [each for each in listed if isinstance(each.entry, Entry)]
    for before, after in pairwise(curated):
        if before.document is after.document and _sort_key(after) < _sort_key(before):
            place = f"move it above {before.rule.text}, or further up"
            yield after.problem("name", "out of order: sort by labels from the right", place)


def _sort_key(listed: Listed) -> tuple[str, ...]:
    return tuple(reversed(listed.rule.text.removeprefix("=").split(".")))


def _unknown_evidence(listed: Sequence[Listed], sources: Collection[str]) -> Iterator[Problem]:
    known = sorted(sources)
    for each in listed:
        for key in each.entry.evidence:
            if key not in sources:
                close = suggest(key, known)
                instead = close if close.startswith("did") else "add it to sources.yaml"
                yield each.problem("evidence", f"no source {key}", instead)


def _twice(listed: Sequence[Listed]) -> Iterator[Problem]:
    seen: dict[tuple[str, str], Listed] = {}
    for each in listed:
        earlier = seen.setdefault((each.rule.layer, each.rule.text), each)
        if earlier is not each:
            place = f"{earlier.rule.list}:{earlier.rule.line}"
            yield each.problem("name", f"stands at {place} already", "remove one")


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
