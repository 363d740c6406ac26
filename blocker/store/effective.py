"""What was changed later, put over what the configuration says. Pure: values in, values out.

On a contradiction the later change wins, and the configuration counts as the earliest. A policy has
no time, and in it allow beats block on the same name; so an earlier rule that would win against a
later one is left out. One that would lose stays, and holds again when the later one lapses.

A device that was put in a group is in no other, unless that one holds when a schedule ends.
A switch for all is for every group that has not got a setting of its own, as in the configuration.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final, cast

from blocker.link import Blocking, Generation, Group, UserRule, VendorSwitch
from blocker.store.settings import RULES, SWITCHES, Key, Setting, Settings, canonical

ORIGIN: Final = "changes"  # the `list` of a rule that was made later; its line is the change

Scope = tuple[str, str, str]  # group, client, and the name without its sign


def effective(configured: Generation, settings: Settings, now: float) -> Generation:
    """The generation to run, of the same number."""
    known = {group["name"] for group in configured.groups}
    in_force = [
        each for each in settings.in_force(now) if each.key.group in known or not each.key.group
    ]
    pauses = {each.key.group: each.until for each in in_force if each.key.kind == "pause"}
    return replace(
        configured,
        groups=list(_groups(_with_members(configured.groups, in_force), in_force, pauses)),
        rules=_rules(configured.rules, in_force),
        paused_until=pauses.get(""),
    )


def as_rule(setting: Setting) -> UserRule:
    """What workers are given for it."""
    key, value = setting.key, setting.value
    rule = UserRule(action=value["action"], text=key.subject, list=ORIGIN, line=setting.change)
    if key.group:
        rule["group"] = key.group
    if key.client:
        rule["client"] = key.client
    if setting.until is not None:
        rule["until"] = setting.until
    return rule


def _rules(configured: Iterable[UserRule], settings: Iterable[Setting]) -> list[UserRule]:
    kept: dict[int, UserRule] = dict(enumerate(configured))
    places: dict[Scope, list[int]] = {}
    for place, rule in kept.items():
        places.setdefault(_scope(rule), []).append(place)
    number = len(kept)
    for setting in settings:
        if setting.key.kind not in RULES:
            continue
        rule = as_rule(setting)
        same_name = places.setdefault(_scope(rule), [])
        for place in same_name:
            if place in kept and gives_way(kept[place], rule):
                del kept[place]
        if rule["action"] != "remove":
            kept[number] = rule
            same_name.append(number)
            number += 1
    return list(kept.values())


def _scope(rule: UserRule) -> Scope:
    return rule.get("group", ""), rule.get("client", ""), name_of(rule["text"])


def name_of(text: str) -> str:
    """What a rule is on, be it of the name alone or of all below it too."""
    return canonical(text).removeprefix("=")


def gives_way(old: UserRule, new: UserRule) -> bool:
    """Whether the earlier of two rules on one name, in one scope, is left out."""
    same = canonical(old["text"]) == new["text"]
    if new["action"] == "remove":
        return same and old["list"] != ORIGIN
    if "until" in new and new["action"] in ("allow", old["action"]):
        return False  # it beats a block anyhow, and ends by itself
    if old["action"] == new["action"]:
        return same
    return same or not new["text"].startswith("=")  # what is of all below is of the name too


def _with_members(groups: list[Group], settings: Iterable[Setting]) -> list[Group]:
    by_name = {group["name"]: group for group in groups}
    for each in settings:
        target = by_name.get(each.value["group"]) if each.key.kind == "member" else None
        if target is None:  # the configuration no longer has it
            continue
        client = client_of(each.key.subject)
        for name, group in by_name.items():
            if leaves(bool(group["schedule"]), bool(target["schedule"])):
                kept = [other for other in group["clients"] if other != client]
                by_name[name] = cast(Group, {**group, "clients": kept})
        target = by_name[target["name"]]
        if client not in target["clients"]:
            by_name[target["name"]] = cast(
                Group, {**target, "clients": [*target["clients"], client]}
            )
    return list(by_name.values())


def client_of(device: str) -> str:
    """The MAC address or the address in a device's key; an `id:` is both."""
    return device if device.startswith("id:") else device.partition(":")[2]


def leaves(scheduled: bool, for_scheduled: bool) -> bool:
    """Whether a client goes from a group when put in another: outside the hours of a schedule it
    still is where it was.
    """
    return scheduled or not for_scheduled


def _groups(
    groups: list[Group], settings: list[Setting], pauses: dict[str, float | None]
) -> Iterator[Group]:
    switches = [each for each in settings if each.key.kind in SWITCHES]
    default = groups[0]["blocking"]
    for group in groups:
        changed = cast(Group, {**group, "blocking": _copy(group["blocking"])})
        for each in switches:
            if not each.key.group and _state(group["blocking"], each.key) == _state(
                default, each.key
            ):
                _switch(changed["blocking"], each)
        for each in switches:
            if each.key.group == group["name"]:
                _switch(changed["blocking"], each)
        if until := pauses.get(group["name"]):
            changed["paused_until"] = until
        yield changed


def _copy(blocking: Blocking) -> Blocking:
    copied = {
        name: dict(value) if isinstance(value, dict) else value for name, value in blocking.items()
    }
    return cast(Blocking, copied)


def _state(blocking: Blocking, key: Key) -> object:
    return _READ[key.kind](blocking).get(key.subject)


def _switch(blocking: Blocking, setting: Setting) -> None:
    key, state = setting.key, setting.value["state"]
    if key.kind == "vendor":
        before = blocking["vendors"].get(key.subject)
        blank = VendorSwitch(state=state, purposes=None, max_breakage=None)
        blocking["vendors"][key.subject] = {**(before or blank), "state": state}
    else:
        _READ[key.kind](blocking)[key.subject] = state


_READ: Final[dict[str, Callable[[Blocking], dict[str, object]]]] = {
    "vendor": lambda blocking: cast(dict[str, object], blocking["vendors"]),
    "purpose": lambda blocking: cast(dict[str, object], blocking["purposes"]),
    "subscription": lambda blocking: cast(dict[str, object], blocking["lists"]),
}
