"""`blocker vendor`, `purpose`, `subscription` and their tables: on, off, or in shadow."""

import json as json_module
from collections.abc import Iterable
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blocker.cli.options import ConfigFile, Group, Json

if TYPE_CHECKING:
    from blocker.asked.present import Present
    from blocker.store.settings import Kind


class State(StrEnum):
    """What a switch can be."""

    ON = "on"
    OFF = "off"
    SHADOW = "shadow"


Name = Annotated[str, typer.Argument(metavar="NAME")]
To = Annotated[State, typer.Argument(metavar="on|off|shadow")]


def vendor(name: Name, state: To, group: Group = None, config: ConfigFile = None) -> None:
    """Switch a vendor. In force at once, kept over restarts.

    \b
    blocker vendor xiaomi off                none of its names is blocked
    blocker vendor xiaomi shadow             counted as if blocked: `blocker shadow` tells of whom
    blocker vendor xiaomi on --group kids    for one group alone
    """
    from blocker.asked.switches import VendorSwitch
    from blocker.cli.change import change

    said = {"vendor": name, "state": state.value, "group": group}
    change(config, VendorSwitch, said, "vendors", in_path="vendor")


def purpose(name: Name, state: To, group: Group = None, config: ConfigFile = None) -> None:
    """Switch a purpose, of all vendors. In force at once, kept over restarts.

    \b
    blocker purpose advertising shadow
    blocker purpose store on                 block it too, and devices lose their shop
    blocker purpose crash-reports off --group lab
    """
    from blocker.asked.switches import PurposeSwitch
    from blocker.cli.change import change

    said = {"purpose": name, "state": state.value, "group": group}
    change(config, PurposeSwitch, said, "purposes", in_path="purpose")


def subscription(name: Name, state: To, group: Group = None, config: ConfigFile = None) -> None:
    """Switch a subscribed list. In force at once, kept over restarts; it is still downloaded.

    \b
    blocker subscription oisd off
    blocker subscription oisd shadow --group kids
    """
    from blocker.asked.switches import SubscriptionSwitch
    from blocker.cli.change import change

    said = {"subscription": name, "state": state.value, "group": group}
    change(config, SubscriptionSwitch, said, "subscriptions", in_path="subscription")


def vendors(json: Json = False, config: ConfigFile = None) -> None:
    """Every vendor's switch, for each group where they differ, and how many names are known of it.

    \b
    blocker vendors
    blocker vendors --json | jq '.vendors[] | select(.state == "shadow").name'
    """
    _show("vendors", "vendor", config, json)


def purposes(json: Json = False, config: ConfigFile = None) -> None:
    """Every purpose's switch, for each group where they differ.

    \b
    blocker purposes
    """
    _show("purposes", "purpose", config, json)


def _show(path: str, kind: "Kind", config: Path | None, json: bool) -> None:
    from blocker.cli.change import look
    from blocker.cli.table import table

    told = look(config, path, lambda present: {path: _alone(present, kind)})
    if json:
        typer.echo(json_module.dumps(told, ensure_ascii=False))
    else:
        rows = list(_rows(told[path]))
        table((kind, "state", "for", "from", "names"), rows)


def _rows(switches: Iterable[dict[str, Any]]) -> Iterable[tuple[object, ...]]:
    """One row for a name, unless groups differ in it."""
    by_name: dict[str, list[dict[str, Any]]] = {}
    for each in switches:
        by_name.setdefault(each["name"], []).append(each)
    for name, some in by_name.items():
        alike = len({(each["state"], each["origin"]) for each in some}) == 1
        for each in some[:1] if alike else some:
            whom = "all" if alike else f"group {each['group']}"
            origin = f"change {each['change']}" if each["change"] else each["origin"]
            yield name, each["state"], whom, origin, f"{each['names']:,}"


def _alone(present: "Present", kind: "Kind") -> list[dict[str, Any]]:
    from blocker.asked.listing import names_by, switches_in_force

    names = names_by(kind, present)
    return [asdict(each) for each in switches_in_force(present, kind, names)]
