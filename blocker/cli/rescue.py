"""`blocker rescue`: a device has stopped working; find out what it was, and allow it."""

import json as json_module
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blocker.cli.options import ConfigFile, Json, known_client

if TYPE_CHECKING:
    from blocker.cli.control import Server

LASTING = "30m"
_WORDS = ("keep", "lapse", "later")


def rescue(
    client: Annotated[
        str,
        typer.Option(metavar="IP", callback=known_client, help="The device's address, or id:NAME."),
    ],
    minutes: Annotated[
        int, typer.Option(metavar="N", min=1, max=60, help="How far to look back.")
    ] = 10,
    lasting: Annotated[
        str, typer.Option("--for", metavar="TIME", help="How long to allow it: 30m, 2h, 1d.")
    ] = LASTING,
    yes: Annotated[bool, typer.Option("--yes", help="Allow what is proposed; do not ask.")] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="It helped: allow for good what a rescue allowed.")
    ] = False,
    lapse: Annotated[
        bool, typer.Option("--lapse", help="It did not: block it again at once.")
    ] = False,
    json: Json = False,
    config: ConfigFile = None,
) -> None:
    """A device has stopped working: what was blocked for it, and what to allow.

    \b
    blocker rescue --client 192.168.1.20             look, choose, try
    blocker rescue --client 192.168.1.20 --yes       allow the likely ones for 30 minutes
    blocker rescue --client 192.168.1.20 --keep      it works again: allow them for good
    blocker rescue --client 192.168.1.20 --lapse     it does not: take them back

    What is allowed is so for this device alone, and lapses by itself.
    """
    from blocker.cli.control import Server
    from blocker.errors import StartError

    if keep and lapse:
        raise StartError("--keep and --lapse are opposites; write one of them")
    server = Server.of(config)
    if keep or lapse:
        _decide(server, client, "keep" if keep else "lapse")
        return
    told = server.get("rescue", client=client, minutes=minutes)
    if not json:
        _show(told, minutes)
    if yes:
        _allow(server, told, _proposed(told), lasting, quiet=json)
        if not json:
            _say_how_to_decide(client)
    elif not json:
        _ask(server, told, lasting)
    if json:
        told = server.get("rescue", client=client, minutes=minutes) if yes else told
        typer.echo(json_module.dumps(told, ensure_ascii=False))


def _show(told: dict[str, Any], minutes: int) -> None:
    from blocker.cli.suspects import show

    show(told, minutes)


def _proposed(told: dict[str, Any]) -> list[int]:
    from blocker.cli.suspects import proposed

    return proposed(told)


def _ask(server: "Server", told: dict[str, Any], lasting: str) -> None:
    """Which to allow; where nobody can be asked, how to say it."""
    from blocker.cli.suspects import choices, chosen, proposed, spelled
    from blocker.errors import StartError

    client = told["client"]
    if not _is_there_someone():
        if choices(told):
            typer.echo(f"to allow what is likely: blocker rescue --client {client} --yes")
        if told["pending"]:
            _say_how_to_decide(client)
        return
    if told["pending"]:
        _ask_whether_it_helped(server, client)
    numbers = list(choices(told))
    while numbers:
        written = typer.prompt(
            f"allow which for {lasting}? numbers, all or none", default=spelled(proposed(told))
        )
        try:
            picked = chosen(written, numbers)
        except StartError as error:
            typer.echo(error)
            continue
        if picked:
            _allow(server, told, picked, lasting)
            _ask_whether_it_helped(server, client)
        return


def _allow(
    server: "Server", told: dict[str, Any], numbers: list[int], lasting: str, *, quiet: bool = False
) -> None:
    from blocker.cli.change import tell
    from blocker.cli.suspects import choices

    known = choices(told)
    names = list(dict.fromkeys(name for number in numbers for name in known[number]["allow"]))
    if not names:
        return
    body = {"client": told["client"], "names": names, "for": lasting}
    made = server.post("rescue", body)
    if not quiet:
        tell(made["change"], made["what"])
        typer.echo(f"it lapses by itself in {lasting}; let the device try again now")


def _ask_whether_it_helped(server: "Server", client: str) -> None:
    said = ""
    while said not in _WORDS:
        said = typer.prompt(
            "did it help? keep (allow it for good), lapse (block it again) or later",
            default="later",
        )
    if said == "later":
        _say_how_to_decide(client)
    else:
        _decide(server, client, said)


def _decide(server: "Server", client: str, word: str) -> None:
    from blocker.cli.change import tell

    made = server.post(f"rescue/{word}", {"client": client})
    tell(made["change"], made["what"])


def _say_how_to_decide(client: str) -> None:
    typer.echo(f"if it helped:    blocker rescue --client {client} --keep")
    typer.echo(f"if it did not:   blocker rescue --client {client} --lapse")


def _is_there_someone() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()
