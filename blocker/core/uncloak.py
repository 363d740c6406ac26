"""From an answer to a client's reply: what it leads to is held against the policy first.

Rule: a name may be clean and its alias not, nor the address at the end; whichever is blocked, the
whole answer is. What the user or keep allows by name is not looked at further.
"""

from blocker.core.answer import Answer
from blocker.core.local import spliced
from blocker.core.policy import Verdict
from blocker.core.reply import AgingReply, Reply, silence
from blocker.core.view import View
from blocker.core.wire import Query


def reply_of(
    query: Query,
    answer: Answer,
    view: View,
    verdict: Verdict | None,
    client: str,
    now: float,
    action: str,
) -> Reply:
    """The reply from an answer: `action` is how it was come by (cached, forwarded or stale)."""
    policy = view.policy
    if (answer.chain or policy.inspects_addresses) and not _is_allowed(verdict):
        found = _led_to(query, answer, view, client)
        if found is not None and found[1].action in ("block", "local"):
            return _withheld(query, answer, view, *found, now)
        if found is not None and (verdict is None or verdict.action == "pass"):
            verdict = found[1]
    if action == "stale":
        return Reply(answer.stale_tail(query), now, action, verdict)
    tail = answer.tail(query, now)
    if action == "cached":
        return AgingReply(tail, answer.aged_until(now), action, verdict, query, answer)
    return Reply(tail, now, action, verdict)


def _is_allowed(verdict: Verdict | None) -> bool:
    return verdict is not None and verdict.action == "allow"


def _led_to(query: Query, answer: Answer, view: View, client: str) -> tuple[bytes, Verdict] | None:
    """The first alias with a verdict that stops the answer, and that verdict; else the first in
    shadow. An address has no name: there the alias is empty.
    """
    policy, shadow = view.policy, None
    for alias in answer.chain:
        verdict = policy.match(alias)
        if verdict is not None and verdict.action == "depends":
            verdict = policy.resolve(verdict, query.qtype, client)
        if verdict is not None and not _passes(query, verdict):
            if verdict.action != "shadow":
                return alias, verdict
            shadow = shadow or (alias, verdict)
    if policy.inspects_addresses:
        verdict = policy.match_addresses(answer.addresses(query))
        if verdict is not None and not _passes(query, verdict):
            return b"", verdict
    return shadow


def _passes(query: Query, verdict: Verdict) -> bool:
    if verdict.rule.mode == "tcp-only" and query.stream:
        return True
    return verdict.action in ("allow", "pass")


def _withheld(
    query: Query, answer: Answer, view: View, alias: bytes, verdict: Verdict, now: float
) -> Reply:
    if verdict.action == "block":
        withheld = view.sinkhole.tail(query, verdict)
        if not withheld:
            return silence(query, verdict)
        return Reply(withheld, answer.expires, "blocked", verdict)
    tail = spliced(query, answer.tail(query, now), verdict, alias or query.name)
    return Reply(tail, now, "local", verdict)
