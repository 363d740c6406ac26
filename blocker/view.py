"""From the plain values of a Generation to what an engine answers by.

Workers answer by it and admin explains by it, so the two cannot differ.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from blocker.clients import schedule
from blocker.clients.membership import DEFAULT, Membership, is_id, plain_address, plain_client
from blocker.clients.unlimited import Unlimited
from blocker.core.addresses import AddressRules
from blocker.core.answer import Lifetimes
from blocker.core.engine import HOME, Everything, View
from blocker.core.names import from_text, parents
from blocker.core.policy import (
    Policy,
    Rule,
    RuleAction,
    State,
    Switch,
    Verdict,
    VerdictAction,
)
from blocker.core.rate import RateLimit
from blocker.core.rule import LocalRecord, Scope
from blocker.core.searching import SearchingPolicy
from blocker.core.sinkhole import Mode, Sinkhole
from blocker.core.special import PRIVATE_USE
from blocker.core.switches import Switches
from blocker.core.wire import CNAME
from blocker.expressions import Expressions
from blocker.link import Blocking, Generation, Group, UserRecord, UserRule, VendorSwitch
from blocker.ruleset import MappedRuleset, open_ruleset
from blocker.userrules import user_rule

MacOf = Callable[[str], str]  # the MAC address of a client's address, "" if nobody knows it


class GroupViews:
    """The views of a generation's groups as they are at one moment, each made when first needed.

    `before` lends its ruleset if that is the same: to open it anew would take longer than the rest.
    RulesetError or ValueError when the generation cannot be run.
    """

    def __init__(
        self,
        generation: Generation,
        now: float,
        mac_of: MacOf | None = None,
        before: "GroupViews | None" = None,
        ruleset: MappedRuleset | None = None,
    ) -> None:
        if before is not None and before._lists.path == generation.ruleset:
            self._lists: _Lists = before._lists
        else:
            opened = ruleset or open_ruleset(Path(generation.ruleset))
            self._lists = _Lists(generation.ruleset, opened)
        self._groups = {group["name"]: group for group in generation.groups}
        self._sinkholes = {
            name: sinkhole_of(group["blocking"]) for name, group in self._groups.items()
        }
        homes = generation.homes
        self._homes = None if homes is None else frozenset(map(from_text, homes))
        self._records = list(_local(generation.records))
        self._rules = [
            (rule, _user_rule(rule)) for rule in generation.rules if not _is_over(rule, now)
        ]
        self._own = {plain_client(rule["client"]) for rule, _ in self._rules if "client" in rule}
        self._paused = {
            name
            for name, group in self._groups.items()
            if max(generation.paused_until or 0, group.get("paused_until", 0)) > now
        }
        self._ids = {
            each for group in generation.groups for each in group["clients"] if is_id(each)
        }
        self._members = Membership([each for each in generation.groups if _holds(each, now)])
        self._mac_of = mac_of if self._members.asks_for_macs else None
        self._views: dict[tuple[str, object], View] = {}
        self.made_at, self.changes_at = now, _next_change(generation, now)

    @property
    def all(self) -> Sequence[View]:
        """The views made so far."""
        return list(self._views.values())

    @property
    def asks_for_macs(self) -> bool:
        return self._members.asks_for_macs

    def of(self, client: str) -> View:
        """The view of a client: its address, or its `id:`."""
        group = self.group_of(client)
        plain = plain_client(client)
        who = group, plain if plain in self._own else None
        view = self._views.get(who)
        if view is None:
            view = self._views[who] = self._view(*who)
        if self._lists.clients and group not in self._paused and not is_id(client):
            return self._asked_by(client, view)
        return view

    def identified(self, client: str) -> bool | None:
        if client not in self._ids:
            return None
        return self._members.holds(client)

    def must_know(self, client: str) -> None:
        """ValueError for an `id:` of no group: it changes nothing, so nothing can be said of it."""
        if is_id(client) and client not in self._ids:
            message = f"no group has the client {client}, so its address decides; write that"
            raise ValueError(message)

    def group_of(self, client: str) -> str:
        """The group of a client: its address, or its `id:`."""
        if self._mac_of is None or is_id(client):
            return self._members.group_of(client)
        return self._members.group_of(client, {client: self._mac_of(client)})

    def policy(self, name: str = DEFAULT, client: object = None) -> Policy:
        """A group's policy, or one client's in it when there are rules for that client alone. While
        paused nothing blocks; the user's records and allowances hold, and whose a name is.
        """
        paused = name in self._paused
        rules = [
            replace(made, scope=_scope(rule))
            for rule, made in self._rules
            if rule.get("group", name) == name
            and not (paused and rule["action"] == "block")
            and ("client" not in rule or plain_client(rule["client"]) == client)
        ]
        expressions = Expressions(rules, own=True)
        blocking = self._groups[name]["blocking"]
        overlay = [*self._records, *(rule for rule in rules if rule.match != "regex")]
        searches = [each for each in (expressions, self._lists.expressions) if each]
        made = partial(SearchingPolicy, searches=searches) if searches else Policy
        return made(
            self._lists.ruleset,
            overlay,
            group=name,
            vendors={vendor: _switch(switch) for vendor, switch in blocking["vendors"].items()},
            purposes=cast(Mapping[str, State], blocking["purposes"]),
            lists=cast(Mapping[str, State], blocking["lists"]),
            max_breakage=blocking["max_breakage"],
            paused=paused,
        )

    def _view(self, name: str, client: object) -> View:
        group = self._groups[name]
        return View(
            self.policy(name, client),
            self._sinkholes[name],
            upstreams=mark_of(group),
            homes=self._homes,
        )

    def _asked_by(self, client: str, view: View) -> View:
        """The view, unless a list has a rule about the client itself (RPZ's rpz-client-ip)."""
        blocking = self._groups[self.group_of(client)]["blocking"]
        switches = Switches(lists=cast(Mapping[str, State], blocking["lists"]))
        for rule in self._lists.clients.find(plain_address(client)):
            action = switches.listed(rule)
            if action in ("block", "local", "allow"):
                verdict = Verdict(cast(VerdictAction, action), rule)
                return replace(view, policy=Everything(verdict))
        return view


class _Lists:
    """A ruleset, and what is made of it once for all groups."""

    def __init__(self, path: str, ruleset: MappedRuleset) -> None:
        self.path, self.ruleset = path, ruleset
        keyless = ruleset.keyless
        self.expressions = Expressions(keyless)
        self.clients = AddressRules(rule for rule in keyless if rule.match == "client")


def mark_of(group: Group) -> bytes:
    """What tells the answers of a group's own upstreams from those of all."""
    return group["name"].encode() + b"\x00" if group["upstreams"] else b""


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


def rate_of(generation: Generation) -> RateLimit:
    """How much a client may ask."""
    if generation.rate is None:
        return RateLimit()
    unlimited = Unlimited(map(ip_network, generation.rate["exempt"]))
    return RateLimit(generation.rate["questions"], unlimited.__contains__)


def zones_of(generation: Generation) -> list[bytes]:
    """The zones that are asked about although they are special: those with upstreams of their own,
    and what networks call themselves where the user has named it, or where routers are asked about
    everything, which know.
    """
    named = [
        zone
        for zone in map(from_text, generation.private_domains)
        if any(parent in PRIVATE_USE for parent in parents(zone))
    ]
    zones = [zone for upstream in generation.upstreams for zone in upstream.get("zones", ())]
    common = [each["url"] for each in generation.upstreams if not each.get("zones")]
    routers = bool(common) and all(map(_is_in_a_network, common))
    return [*map(from_text, zones), *named, *(PRIVATE_USE if routers else ())]


def _is_in_a_network(url: str) -> bool:
    """Whether an upstream is at an address of a home, and not on this machine."""
    try:
        address = ip_address((urlsplit(url).hostname or "").partition("%")[0])
    except ValueError:  # a name
        return False
    return not address.is_loopback and any(address in network for network in HOME)


def _switch(setting: VendorSwitch) -> Switch:
    purposes = setting["purposes"]
    return Switch(
        state=cast(State, setting["state"]),
        purposes=None if purposes is None else frozenset(purposes),
        max_breakage=setting["max_breakage"],
    )


def _local(records: Iterable[UserRecord]) -> Iterable[Rule]:
    """The user's records, a rule for each name. What stands for itself is left to the upstreams."""
    of: dict[str, list[UserRecord]] = {}
    for record in records:
        of.setdefault(record["name"], []).append(record)
    for name, some in of.items():
        itself = some[0]["type"] == CNAME and bytes.fromhex(some[0]["rdata"]) == from_text(name)
        yield Rule(
            text=name,
            name=from_text(name.removeprefix("*.")),
            match="below" if name.startswith("*.") else "exact",
            action="allow" if itself else "local",
            layer="user",
            list=some[0]["list"],
            line=some[0]["line"],
            records=()
            if itself
            else tuple(
                LocalRecord(each["type"], each["ttl"], bytes.fromhex(each["rdata"]))
                for each in some
            ),
        )


def _user_rule(rule: UserRule) -> Rule:
    return user_rule(rule["text"], cast(RuleAction, rule["action"]), rule["list"], rule["line"])


def _scope(rule: UserRule) -> Scope:
    if "client" in rule:
        return "client"
    return "group" if "group" in rule else ""


def _is_over(rule: UserRule, now: float) -> bool:
    return rule.get("until", float("inf")) <= now


def _holds(group: Group, now: float) -> bool:
    return not group["schedule"] or schedule.in_force(group["schedule"], now)


def _next_change(generation: Generation, now: float) -> float | None:
    """When other views are due: a rule, a pause or a schedule's hours end or begin."""
    moments = [rule["until"] for rule in generation.rules if "until" in rule]
    moments += [generation.paused_until or 0]
    for group in generation.groups:
        moments += [group.get("paused_until", 0), schedule.next_change(group["schedule"], now) or 0]
    return min((moment for moment in moments if moment > now), default=None)
