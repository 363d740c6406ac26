"""What a configuration makes of names that hold together: settled by freeing some, or impossible.

The policy frees what a relation needs by itself; that is told. It does not free what the user
blocks: where the user's own rules alone break a relation, they have to be mended.
"""

from collections.abc import Iterator, Sequence

from blocker.core.policy import Policy, Relation, Verdict
from blocker.core.relations import holds, is_blocked
from blocker.errors import Problem


def freed(policy: Policy, usual: Policy) -> Iterator[Problem]:
    """The names that this policy keeps for a relation's sake and the usual one need not."""
    known = {(rule.text, rule.list, rule.line) for rule in usual.settled}
    for rule in policy.settled:
        if (rule.text, rule.list, rule.line) not in known:
            yield Problem(rule.list, rule.line, rule.text, f"is not blocked: {rule.reason}")


def impossible(policy: Policy, relations: Sequence[Relation]) -> Iterator[Problem]:
    """The relations that the user's own rules break."""
    for relation in relations:
        verdicts = relation.verdicts(policy.match)
        if not holds(relation, verdicts):
            yield _broken(relation, verdicts)


def _broken(relation: Relation, verdicts: Sequence[Verdict | None]) -> Problem:
    members = list(zip(relation.members, verdicts, strict=True))
    blocked = [(text, verdict.rule) for text, verdict in members if verdict and is_blocked(verdict)]
    text, rule = next(((text, rule) for text, rule in blocked if rule.layer == "user"), blocked[0])
    if relation.kind == "keep_one_of":
        what = f"leaves none of {', '.join(relation.members)}, and one has to stay"
        instead = f"add {relation.members[0]} to `allow:`"
    else:
        others = ", ".join(text for text, verdict in members if not is_blocked(verdict))
        what = f"blocks {text} but not {others}, and that is of use together only"
        instead = "block those too, or none"
    return Problem(
        rule.list, rule.line, f"rules.block: {rule.text}", f"{what}: {relation.reason}", instead
    )
