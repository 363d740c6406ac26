"""From the plain values of a Generation to what an engine answers by.

Workers answer by it and admin explains by it, so the two cannot differ.
"""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Literal, cast

from blocker.core.answer import Lifetimes
from blocker.core.policy import NoRules, Policy, Rule, RuleAction, Switch
from blocker.core.sinkhole import Mode, Sinkhole
from blocker.link import Blocking, Generation, VendorSwitch
from blocker.ruleset import open_ruleset
from blocker.userrules import user_rule

SwitchState = Literal["on", "off", "shadow"]


def policy_of(generation: Generation) -> Policy:
    """RulesetError or ValueError when it cannot be run."""
    blocking = generation.groups[0]["blocking"]
    return Policy(
        open_ruleset(Path(generation.ruleset)),
        _overlay(generation),
        vendors={vendor: _switch(switch) for vendor, switch in blocking["vendors"].items()},
        max_breakage=blocking["max_breakage"],
    )


def paused_policy() -> Policy:
    return Policy(NoRules())


def sinkhole_of(blocking: Blocking) -> Sinkhole:
    answer, ttl = blocking["answer"], blocking["ttl"]
    if isinstance(answer, dict):
        ipv4, ipv6 = (ip_address(answer[family]).packed for family in ("ipv4", "ipv6"))
        return Sinkhole(ipv4=(ipv4,), ipv6=(ipv6,), ttl=ttl)
    if answer == "null-ip":
        return Sinkhole(ttl=ttl)
    return Sinkhole(mode=cast(Mode, answer), ttl=ttl)


def lifetimes_of(generation: Generation) -> Lifetimes:
    cache = generation.cache
    return Lifetimes(cache["min_ttl"], cache["max_ttl"], cache["serve_stale"])


def networks_of(generation: Generation) -> list[IPv4Network | IPv6Network]:
    return [ip_network(network) for network in generation.allow_from]


def _overlay(generation: Generation) -> list[Rule]:
    return [
        user_rule(rule["text"], cast(RuleAction, rule["action"]), rule["list"], rule["line"])
        for rule in generation.rules
    ]


def _switch(setting: VendorSwitch) -> Switch:
    purposes = setting["purposes"]
    return Switch(
        state=cast(SwitchState, setting["state"]),
        purposes=None if purposes is None else frozenset(purposes),
        max_breakage=setting["max_breakage"],
    )
