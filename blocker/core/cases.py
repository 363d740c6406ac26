"""Verdicts that depend on more than a name: on the type that is asked for, and on who asks.

Rule: a condition lists what is meant and what is left out; either may be empty, both must agree.
"""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import ip_address, ip_network

from blocker.core.rule import Condition, Network, Verdict


def holds(condition: Condition | None, qtype: int, client: str, group: str) -> bool:
    """Whether a rule with this condition matches a question of this type from this client."""
    if condition is None:
        return True
    if (condition.types and qtype not in condition.types) or qtype in condition.other_types:
        return False
    if condition.clients and not _is_among(client, group, condition.clients):
        return False
    return not _is_among(client, group, condition.other_clients)


def deciding(cases: Sequence[Verdict]) -> Verdict | None:
    """The verdict that decides, of all in their order. One in shadow is told even where a later one
    lets the name pass.
    """
    shadow: Verdict | None = None
    for case in cases:
        if case.action in ("block", "local"):
            return case
        if case.action == "shadow":
            shadow = shadow or case
        else:
            return shadow or case
    return shadow


def resolved(verdict: Verdict, qtype: int, client: str, group: str) -> Verdict | None:
    """What a verdict that depends on more comes to, for a question of this client's."""
    return deciding(
        [case for case in verdict.cases if holds(case.rule.condition, qtype, client, group)]
    )


def asks_who(verdict: Verdict) -> bool:
    """Whether it comes to something else for another client, whose reply it then must not be."""
    conditions = [case.rule.condition for case in verdict.cases]
    return any(each and (each.clients or each.other_clients) for each in conditions)


def _is_among(client: str, group: str, named: tuple[str, ...]) -> bool:
    if not named:
        return False
    if group in named:
        return True
    if client.startswith("id:"):
        return client in named
    address = ip_address(client.partition("%")[0])
    return any(network is not None and address in network for network in map(_network, named))


@lru_cache(4096)
def _network(named: str) -> Network | None:
    try:
        return ip_network(named, strict=False)
    except ValueError:  # the name of a group
        return None
