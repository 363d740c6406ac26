"""Names that hold together: of some one must stay reachable, others are blocked all or none.

Rule: a relation only ever frees names, as if keep.yaml had them; blocking what nobody chose would
break more than it mends. The user's own rules stand above it, as they stand above keep.yaml.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from blocker.core.names import from_text
from blocker.core.rule import Rule, Verdict

Kind = Literal["keep_one_of", "block_together"]
Match = Callable[[bytes], Verdict | None]


@dataclass(frozen=True, slots=True)
class Relation:
    """A group of names of one vendor, and why they hold together. `line` is where it is written."""

    kind: Kind
    members: tuple[str, ...]  # as their entries are written; no families
    reason: str
    vendor: str
    list: str
    line: int
    evidence: tuple[str, ...] = ()

    def verdicts(self, match: Match) -> Sequence[Verdict | None]:
        """What a policy says of each member."""
        return [match(name_of(member)) for member in self.members]


def name_of(member: str) -> bytes:
    return from_text(member.removeprefix("="))


def holds(relation: Relation, verdicts: Sequence[Verdict | None]) -> bool:
    """Whether what was decided of the members is what the relation asks for."""
    blocked = sum(map(is_blocked, verdicts))
    if relation.kind == "keep_one_of":
        return blocked < len(verdicts)
    return blocked in (0, len(verdicts))


def settle(relations: Sequence[Relation], match: Match) -> Iterator[Rule]:
    """The rules that free what the relations need. Each must be in force before the next is asked
    for: one group may hold a name of another.
    """
    freed: set[str] = set()
    before = -1
    while len(freed) > before:
        before = len(freed)
        for relation in relations:
            for rule in _freed(relation, relation.verdicts(match)):
                if rule.text not in freed:
                    freed.add(rule.text)
                    yield rule


def is_blocked(verdict: Verdict | None) -> bool:
    return verdict is not None and verdict.action == "block"


def _freed(relation: Relation, verdicts: Sequence[Verdict | None]) -> Iterator[Rule]:
    if holds(relation, verdicts):
        return
    members = list(zip(relation.members, verdicts, strict=True))
    free = [text for text, verdict in members if is_blocked(verdict) and not _is_own(verdict)]
    if relation.kind == "keep_one_of":
        said = f"of {_listed(relation.members, 'and')} one has to stay: {relation.reason}"
        free = free[:1]
    else:
        open_ = next(text for text, verdict in members if not is_blocked(verdict))
        said = f"blocked only where {open_} is too: {relation.reason}"
    for text in free:
        yield _keep(relation, text, said)


def _is_own(verdict: Verdict | None) -> bool:
    return verdict is not None and verdict.rule.layer == "user"


def _keep(relation: Relation, text: str, reason: str) -> Rule:
    return Rule(
        text=text,
        name=name_of(text),
        match="exact" if text.startswith("=") else "subtree",
        action="allow",
        layer="keep",
        list=relation.list,
        line=relation.line,
        vendor=relation.vendor,
        reason=reason,
        evidence=relation.evidence,
    )


def _listed(names: Sequence[str], word: str) -> str:
    return f"{', '.join(names[:-1])} {word} {names[-1]}"
