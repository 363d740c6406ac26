"""From an answer to a client's reply: what it leads to is held against the policy first.

Rule: a name may be clean and its alias not, nor the service or the address it leads to; whichever
is blocked, the whole answer is. A name that the user or keep allows is followed no further, except
to private addresses: those only the user, or a rule about that very address, may allow.
"""

from dataclasses import replace
from typing import Final
from weakref import ref

from blocker.core.answer import Answer
from blocker.core.cases import asks_who
from blocker.core.extended import of_upstream
from blocker.core.local import spliced
from blocker.core.policy import Verdict
from blocker.core.rebinding import KEPT_AWAY, is_kept_away
from blocker.core.reply import AgingReply, Reply, silence
from blocker.core.row import Action
from blocker.core.sinkhole import nodata
from blocker.core.view import View
from blocker.core.wire import STREAM_LIMIT, Query, wants_structured_errors

BLOCKED_UPSTREAM: Final = "blocked-upstream"  # instead of how the answer was come by


def reply_of(
    query: Query,
    answer: Answer,
    view: View,
    verdict: Verdict | None,
    client: str,
    now: float,
    action: Action,
) -> Reply:
    """The reply from an answer: `action` is how it was come by (cached, forwarded or stale)."""
    policy, lasts = view.policy, True
    leads_on = answer.chain or answer.services or policy.inspects_addresses
    if leads_on and not _is_allowed(verdict):
        found, lasts = _led_to(query, answer, view, client)
        if found is not None and found[1].action in ("block", "local"):
            return _withheld(query, answer, view, *found, now, answer.expires if lasts else now)
        if found is not None and (verdict is None or verdict.action == "pass"):
            verdict = found[1]
    if (
        answer.leads_home
        and is_kept_away(query.name, view.homes, verdict)
        and not _is_allowed(policy.match_addresses(answer.addresses(query)))
    ):
        if answer.blocked:  # no rebinding, though the address is no more to be given for that
            said = of_upstream(structured=wants_structured_errors(query.shape))
            tail = nodata(query, view.sinkhole.ttl, said)
            return Reply(tail, answer.expires, BLOCKED_UPSTREAM, verdict)
        return _withheld(query, answer, view, b"", KEPT_AWAY, now, answer.expires)
    noted = BLOCKED_UPSTREAM if answer.blocked else action
    if action == "stale":
        return Reply(answer.stale_tail(query), now, noted, verdict)
    tail = answer.tail(query, now)
    if action == "cached" and lasts:
        query.key = answer.key  # equal, and one copy is enough
        until, upstream = answer.aged_until(now), answer.upstream
        return AgingReply(tail, until, noted, verdict, query, ref(answer), upstream)
    return Reply(tail, now, noted, verdict)


def _is_allowed(verdict: Verdict | None) -> bool:
    return verdict is not None and verdict.action == "allow"


def _led_to(
    query: Query, answer: Answer, view: View, client: str
) -> tuple[tuple[bytes, Verdict] | None, bool]:
    """The first alias with a verdict that stops the answer, and that verdict; else the first in
    shadow. An address has no name: there the alias is empty. And whether it is so for all clients.
    """
    policy, shadow, for_all = view.policy, None, True
    for alias in answer.chain + answer.services:
        verdict = policy.match(alias)
        if verdict is not None and verdict.action == "depends":
            for_all = for_all and not asks_who(verdict)
            verdict = policy.resolve(verdict, query.qtype, client)
        if verdict is not None and verdict.action == "local" and alias not in answer.chain:
            continue  # a service's name is asked for by itself, and then has its own records
        if verdict is not None and not _passes(query, verdict):
            if verdict.action != "shadow":
                return (alias, verdict), for_all
            shadow = shadow or (alias, verdict)
    if policy.inspects_addresses:
        verdict = policy.match_addresses(answer.addresses(query))
        if verdict is not None and not _passes(query, verdict):
            return (b"", verdict), for_all
    return shadow, for_all


def _passes(query: Query, verdict: Verdict) -> bool:
    if verdict.rule.mode == "tcp-only" and query.stream:
        return True
    return verdict.action in ("allow", "pass")


def _withheld(
    query: Query,
    answer: Answer,
    view: View,
    alias: bytes,
    verdict: Verdict,
    now: float,
    until: float,
) -> Reply:
    if verdict.action == "block":
        withheld = view.sinkhole.tail(query, verdict)
        if not withheld:
            return silence(query, verdict)
        return Reply(withheld, until, "blocked", verdict)
    whole = answer.tail(replace(query, limit=STREAM_LIMIT), now)  # what stays of it may well fit
    last = answer.chain[-1] if answer.chain else query.name  # whose an address is
    tail = spliced(query, whole, verdict, alias or last)
    return Reply(tail, now, "local", verdict)
