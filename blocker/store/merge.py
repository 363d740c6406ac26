"""Settings written into a configuration, as plain values of its YAML.

What a configuration cannot say stays in the store: what lasts for a while only, what is for one
client without a group, and what a device is called.
"""

import re
from collections.abc import Iterable
from copy import deepcopy
from ipaddress import ip_address
from typing import Any

from blocker.link import UserRule
from blocker.store.effective import as_rule, client_of, gives_way, leaves, name_of
from blocker.store.settings import Key, Setting

FOR_EVER = ("rule", "vendor", "purpose", "subscription")


def merged(
    written: dict[str, Any], settings: Iterable[Setting]
) -> tuple[dict[str, Any], list[Key]]:
    """The configuration that says it all, and the keys that it says now."""
    value = deepcopy(written)
    keys = [setting.key for setting in settings if _merge(value, setting)]
    return value, keys


def _merge(value: dict[str, Any], setting: Setting) -> bool:
    key = setting.key
    if key.kind == "member":
        return _merge_member(value.get("groups") or [], setting)
    if key.kind not in FOR_EVER or key.client:
        return False
    holder: dict[str, Any] | None = value
    if key.group:
        holder = _named(value.get("groups"), key.group)
    if holder is None:
        return False
    if key.kind == "rule":
        _merge_rule(holder, setting)
        return True
    return _merge_switch(value, holder, setting)


def _merge_rule(holder: dict[str, Any], setting: Setting) -> None:
    new = as_rule(setting)
    rules = _mapping(holder, "rules")
    for action in ("allow", "block"):
        kept = [text for text in rules.get(action) or [] if not _is_older(action, text, new)]
        if action == new["action"] and new["text"] not in kept:
            kept.append(new["text"])
        if kept or action in rules:
            rules[action] = kept


def _is_older(action: str, text: str, new: UserRule) -> bool:
    if name_of(text) != name_of(new["text"]):
        return False
    old = UserRule(action=action, text=text, list="", line=0)
    return gives_way(old, new) and (action, text) != (new["action"], new["text"])


def _merge_switch(value: dict[str, Any], holder: dict[str, Any], setting: Setting) -> bool:
    key, state = setting.key, setting.value["state"]
    if key.kind == "subscription":
        if key.group:
            _mapping(holder, "subscriptions")[key.subject] = state
            return True
        subscription = _named(value.get("subscriptions"), key.subject)
        if subscription is not None:
            subscription["state"] = state
        return subscription is not None
    switches = _mapping(_mapping(holder, "blocking"), f"{key.kind}s")
    before = switches.get(key.subject)
    switches[key.subject] = {**before, "state": state} if isinstance(before, dict) else state
    return True


def _merge_member(groups: list[dict[str, Any]], setting: Setting) -> bool:
    """False where it cannot be said: `default` lists nobody, and no group may be left empty."""
    client = client_of(setting.key.subject)
    target = _named(groups, setting.value["group"])
    if target is None:
        return False
    kept = [
        [each for each in group["clients"] if _plain(each) != client]
        if leaves(bool(group.get("schedule")), bool(target.get("schedule")))
        else group["clients"]
        for group in groups
    ]
    if not all(some or group is target for group, some in zip(groups, kept, strict=True)):
        return False
    for group, some in zip(groups, kept, strict=True):
        if some != group["clients"]:
            group["clients"] = some
    if client not in map(_plain, target["clients"]):
        target["clients"] = [*target["clients"], client]
    return True


def _plain(written: str) -> str:
    """A client in the notation that a device's key has."""
    pairs = re.split("[:-]", written)
    if len(pairs) == 6 and all(pairs):
        return ":".join(pair.zfill(2) for pair in pairs).lower()
    if len(digits := written.replace(".", "")) == 12 and re.fullmatch("[0-9A-Fa-f]+", digits):
        return bytes.fromhex(digits).hex(":")
    try:
        address = ip_address(written)
    except ValueError:  # a network
        return written
    return str(getattr(address, "ipv4_mapped", None) or address)


def _mapping(holder: dict[str, Any], key: str) -> dict[str, Any]:
    """What stands there, or a new one: a key may also have nothing after it."""
    holder[key] = holder.get(key) or {}
    found: dict[str, Any] = holder[key]
    return found


def _named(items: list[dict[str, Any]] | None, name: str) -> dict[str, Any] | None:
    return next((each for each in items or [] if each.get("name") == name), None)
