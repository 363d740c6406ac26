"""`blocker devices`: who asks, who made it, what it is called; and naming and grouping it."""

import json as json_module
from typing import Annotated, Any

import typer

from blocker.cli.options import ConfigFile, Json

devices = typer.Typer(invoke_without_command=True, rich_markup_mode=None)

Device = Annotated[
    str, typer.Argument(metavar="KEY|IP", help="As `blocker devices` shows it, or an address.")
]


@devices.callback()
def show(
    context: typer.Context,
    search: Annotated[
        str, typer.Option("--search", metavar="TEXT", show_default=False, help="Only those.")
    ] = "",
    json: Json = False,
    config: ConfigFile = None,
) -> None:
    """The devices that ask: what each is, how that is known, and what became of its questions.

    \b
    blocker devices
    blocker devices --search phone
    blocker devices name 192.168.1.20 "Anna's phone"
    blocker devices group mac:28:6c:07:11:22:33 kids

    A maker with a question mark is a guess by what the device asks; --json has all the reasons.
    """
    if context.invoked_subcommand is not None:
        return
    from blocker.cli.control import Server
    from blocker.cli.table import local, table

    server = Server.of(config)
    found: list[dict[str, Any]] = []
    skip: int | None = 0
    while skip is not None:
        told = server.get("clients", limit=500, skip=skip, search=search)
        found += told["devices"]
        skip = told["skip"]
    if json:
        typer.echo(json_module.dumps({"devices": found}, ensure_ascii=False))
        return
    table(
        ("device", "called", "maker", "addresses", "group", "stopped", "went out", "last"),
        [
            (
                each["key"], each["name"] or _said(each), _maker(each), _addresses(each),
                each["group"], _count(each["blocked"]), _count(each["allowed"]),
                local(each["last"]),
            )
            for each in found
        ],
    )  # fmt: skip


@devices.command()
def name(
    device: Device,
    name: Annotated[
        str, typer.Argument(metavar="NAME", show_default=False, help="Without it: none again.")
    ] = "",
    config: ConfigFile = None,
) -> None:
    """Call a device something; it is shown wherever the device is.

    \b
    blocker devices name 192.168.1.20 "Anna's phone"
    blocker devices name 192.168.1.20            forget its name
    """
    _change(device, "name", name, config)


@devices.command()
def group(
    device: Device,
    group: Annotated[
        str,
        typer.Argument(
            metavar="GROUP", show_default=False, help="Without it: as the configuration says."
        ),
    ] = "",
    config: ConfigFile = None,
) -> None:
    """Put a device in a group of the configuration. In force at once, kept over restarts.

    \b
    blocker devices group 192.168.1.20 kids
    blocker devices group 192.168.1.20 default   in none of them
    blocker devices group 192.168.1.20           as the configuration says again
    """
    _change(device, "group", group, config)


def _change(device: str, what: str, value: str, config: Any) -> None:
    from blocker.asked.devices import DeviceChange, DeviceForget
    from blocker.cli.change import change

    if value:
        change(config, DeviceChange, {"device": device, what: value}, "clients", in_path="device")
    else:
        said = {"device": device, "what": what}
        change(config, DeviceForget, said, "clients", in_path="device", method="DELETE")


def _said(each: dict[str, Any]) -> str:
    return f"({each['hostname']})" if each["hostname"] else ""


def _maker(each: dict[str, Any]) -> str:
    known = each["maker"] or _guess(each)
    return f"{known} (made-up MAC)".strip() if each["randomised"] else known


def _guess(each: dict[str, Any]) -> str:
    """With the first of its reasons, which is the strongest; whose a name is need not be said."""
    if not each["guess"]:
        return ""
    reason = next(iter(each["reasons"]), "").partition(", ")[0]
    return f"{each['guess']}?" + (f" It {reason}" if reason else "")


def _addresses(each: dict[str, Any]) -> str:
    latest = each["addresses"][:-3:-1]
    more = len(each["addresses"]) - len(latest)
    return ", ".join(latest) + (f" and {more} more" if more else "")


def _count(count: int | None) -> str:
    return "" if count is None else f"{count:,}"
