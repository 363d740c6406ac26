"""`groups:` clients with settings of their own. What a group does not say is as for all."""

import re
from collections.abc import Iterator
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field

from blocker.config.blocking import Blocking, SwitchState
from blocker.config.client import Client, client
from blocker.config.rules import UserRules
from blocker.config.schedule import Slot
from blocker.config.section import Section, unique
from blocker.config.units import ip_address
from blocker.config.upstreams import Upstream
from blocker.errors import Problem
from blocker.yamlfile import Document, suggest

# People say "Frank's laptop", and lists may mean it ($client).
_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._'&()-]{0,62}[A-Za-z0-9._)-])?\Z")


def _name(written: Any) -> Any:
    if written == "default":
        message = (
            "default is the group of all clients that no other names; "
            "write its settings under blocking:, rules: and upstreams: of the file itself"
        )
        raise ValueError(message)
    if not isinstance(written, str) or not _NAME.match(written):
        message = f"{written} cannot be a name here; write letters, digits, dots, dashes and spaces"
        raise ValueError(message)
    if ip_address(written) is not None:  # where a group or an address may stand, which is meant?
        message = f"{written} is an address; write a name, and the address under clients:"
        raise ValueError(message)
    return written


def _somebody(clients: tuple[str, ...]) -> tuple[str, ...]:
    if not clients:
        raise ValueError("is an empty list; write at least one client, or remove the group")
    return clients


class Group(Section):
    """One group. Outside the hours of its schedule its clients are where they would be without."""

    name: Annotated[str, BeforeValidator(_name)]
    clients: Annotated[tuple[Client, ...], AfterValidator(_somebody)]
    blocking: Blocking = Blocking()
    rules: UserRules = UserRules()
    subscriptions: dict[str, SwitchState] = Field(default_factory=dict)
    upstreams: Annotated[
        tuple[Upstream, ...], AfterValidator(unique(lambda each: each.url, "the upstream"))
    ] = ()
    schedule: tuple[Slot, ...] = ()


def group_faults(document: Document) -> Iterator[Problem]:
    """What one group cannot see: a client in two of them, a subscription that nobody has.

    Asked of the file as written, so that a fault elsewhere in it hides none of these.
    """
    groups = [
        (index, group)
        for index, group in enumerate(_items(document.value, "groups"))
        if isinstance(group, dict)
    ]
    lists = [
        name
        for each in _items(document.value, "subscriptions")
        if isinstance(each, dict) and isinstance(name := each.get("name"), str)
    ]
    yield from _clients_twice(document, groups)
    for index, group in groups:
        switches = group.get("subscriptions")
        for name in switches if isinstance(switches, dict) else ():
            if name not in lists:
                yield document.problem(
                    ("groups", index, "subscriptions", name),
                    f"there is no subscription {name}",
                    suggest(name, lists) if lists else "add it under subscriptions: or remove it",
                )


def _clients_twice(document: Document, groups: list[tuple[int, Any]]) -> Iterator[Problem]:
    """The same client again, where nothing says which group it is in: a schedule would."""
    first: dict[tuple[str, bool], tuple[int, int]] = {}
    for index, group in groups:
        always = not group.get("schedule")
        for position, written in enumerate(_items(group, "clients")):
            try:
                who = client(written)
            except ValueError:
                continue  # said by the model
            path = ("groups", index, "clients", position)
            if (who, always) not in first:
                first[who, always] = index, document.line(*path)
                continue
            other, line = first[who, always]
            if other == index:
                what, instead = f"{written} stands here twice (line {line})", "remove one"
            elif always:
                what = f"{written} is in group {_name_of(document, other)} already (line {line})"
                instead = "remove one, or give one of the groups a schedule"
            else:
                continue  # two schedules: the first in the file that holds
            yield document.problem(path, what, instead)


def _name_of(document: Document, index: int) -> Any:
    return document.value["groups"][index].get("name", index + 1)


def _items(mapping: Any, key: str) -> list[Any]:
    items = mapping.get(key) if isinstance(mapping, dict) else None
    return items if isinstance(items, list) else []
