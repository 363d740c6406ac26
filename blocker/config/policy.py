"""What a configuration means for the groups of clients: their settings, and the user's rules.

Rule: a group's settings come out whole. What it does not say is as for all; a vendor, a purpose or
a subscription that it names stands in the place of what all have for that one.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from blocker import link
from blocker.config.blocking import Blocking, OwnAddresses
from blocker.config.groups import Group
from blocker.config.model import Config
from blocker.config.rules import UserRules
from blocker.config.schedule import Slot
from blocker.config.upstreams import Upstream, bootstrap_of
from blocker.core.policy import Rule, RuleAction, Switch
from blocker.userrules import user_rule
from blocker.yamlfile import Step

DEFAULT = "default"  # the group of all clients that are in no other

_ACTIONS: tuple[RuleAction, ...] = ("allow", "block")


def groups_of(config: Config) -> list[link.Group]:
    """The groups of a Generation, `default` first."""
    lists = {each.name: each.state for each in config.subscriptions}
    everybody = link.Group(
        name=DEFAULT,
        clients=[],
        schedule=[],
        blocking=_blocking(config.blocking, lists),
        upstreams=[],
    )
    return [everybody, *(_group(config, group, lists) for group in config.groups)]


def rules_of(config: Config) -> list[link.UserRule]:
    """The rules of a Generation: those for all clients, then each group's, with their lines."""
    if (document := config.document) is None:
        return []
    rules = []
    for group, action, text, place in _rules(config):
        line = document.line(*place)
        rule = link.UserRule(action=action, text=text, list=document.file, line=line)
        if group:
            rule["group"] = group
        rules.append(rule)
    return rules


def upstreams_of(
    upstreams: Sequence[Upstream], common: Sequence[Upstream]
) -> list[link.UpstreamAddress]:
    """Upstreams as a Generation has them; those of all, `common`, know where others are."""
    return [_upstream(upstream, common) for upstream in upstreams]


def _upstream(upstream: Upstream, common: Sequence[Upstream]) -> link.UpstreamAddress:
    plain = upstream.model_dump(mode="json", exclude_defaults=True)
    if not upstream.endpoints:
        plain["bootstrap"] = bootstrap_of(common)
    return cast(link.UpstreamAddress, plain)


def overlay(config: Config) -> list[Rule]:
    """The rules under `rules:`, each with its line."""
    return [
        user_rule(rule["text"], cast(RuleAction, rule["action"]), rule["list"], rule["line"])
        for rule in rules_of(config)
        if "group" not in rule
    ]


def switches(config: Config) -> dict[str, Switch]:
    """The settings under `blocking.vendors`, by vendor."""
    return {
        vendor: Switch(
            state=switch.state,
            purposes=None if switch.purposes is None else frozenset(switch.purposes),
            max_breakage=switch.max_breakage,
        )
        for vendor, switch in config.blocking.vendors.items()
    }


def _group(config: Config, group: Group, lists: Mapping[str, str]) -> link.Group:
    common, own = config.blocking, group.blocking
    said = {key: getattr(own, key) for key in own.model_fields_set}
    merged = {
        **said,
        "vendors": {**common.vendors, **own.vendors},
        "purposes": {**common.purposes, **own.purposes},
    }
    return link.Group(
        name=group.name,
        clients=list(group.clients),
        schedule=[_slot(slot) for slot in group.schedule],
        blocking=_blocking(common.model_copy(update=merged), {**lists, **group.subscriptions}),
        upstreams=upstreams_of(group.upstreams, config.upstreams),
    )


def _blocking(blocking: Blocking, lists: Mapping[str, str]) -> link.Blocking:
    answer = blocking.answer
    return link.Blocking(
        answer={"ipv4": str(answer.ipv4), "ipv6": str(answer.ipv6)}
        if isinstance(answer, OwnAddresses)
        else answer,
        ttl=blocking.ttl,
        max_breakage=blocking.max_breakage,
        vendors={
            vendor: link.VendorSwitch(
                state=switch.state,
                purposes=None if switch.purposes is None else sorted(switch.purposes),
                max_breakage=switch.max_breakage,
            )
            for vendor, switch in blocking.vendors.items()
        },
        purposes=dict(blocking.purposes),
        lists={name: state for name, state in lists.items() if state != "on"},
    )


def _slot(slot: Slot) -> link.Slot:
    return link.Slot(days=sorted(slot.days), from_=slot.from_, to=slot.to, zone=slot.timezone)


def _rules(config: Config) -> Iterator[tuple[str, RuleAction, str, tuple[Step, ...]]]:
    """Group ("" for all), action, text, and where it stands."""
    places: list[tuple[str, UserRules, tuple[Step, ...]]] = [("", config.rules, ())]
    places += [
        (group.name, group.rules, ("groups", index)) for index, group in enumerate(config.groups)
    ]
    for group, rules, place in places:
        for action in _ACTIONS:
            for index, text in enumerate(getattr(rules, action)):
                yield group, action, text, (*place, "rules", action, index)
