"""`blocker allow`, `block`, `rules`: the user's own rules, changed while the server runs."""

import json as json_module
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blocker.cli.options import Client, ConfigFile, Group, Json

if TYPE_CHECKING:
    from blocker.asked.present import Present

Names = Annotated[
    list[str], typer.Argument(metavar="NAME", help="The name and all below it; =NAME it alone.")
]
Lasting = Annotated[
    str | None,
    typer.Option("--for", metavar="TIME", show_default=False, help="30m, 2h, 1d; then it lapses."),
]
Note = Annotated[str, typer.Option(metavar="TEXT", show_default=False, help="Why; kept with it.")]

rules = typer.Typer(invoke_without_command=True, rich_markup_mode=None)


def allow(
    names: Names,
    lasting: Lasting = None,
    group: Group = None,
    client: Client = None,
    note: Note = "",
    config: ConfigFile = None,
) -> None:
    """Allow names, whatever the lists say. In force at once, kept over restarts.

    \b
    blocker allow tracking.example.com               the name and all below it
    blocker allow --for 30m --client 192.168.1.20 app.example.com
    blocker allow --group kids =school.example.org   it alone, for one group
    blocker allow '/^cdn[0-9]+\\.example\\.com$/'      a regular expression

    `blocker undo` takes the last change back.
    """
    _make("allow", names, lasting, group, client, note, config)


def block(
    names: Names,
    lasting: Lasting = None,
    group: Group = None,
    client: Client = None,
    note: Note = "",
    config: ConfigFile = None,
) -> None:
    """Block names. In force at once, kept over restarts.

    \b
    blocker block ads.example.com                    the name and all below it
    blocker block --group kids --for 2h video.example
    blocker block --note "phones home" =api.gadget.example

    `blocker undo` takes the last change back.
    """
    _make("block", names, lasting, group, client, note, config)


@rules.callback()
def show(context: typer.Context, json: Json = False, config: ConfigFile = None) -> None:
    """Your own rules in force: those of the configuration and those changed later.

    \b
    blocker rules                        a table
    blocker rules --json | jq '.rules[] | select(.origin == "changed").name'
    blocker rules remove ads.example     by name, or by the id the table shows
    """
    if context.invoked_subcommand:
        return
    from blocker.cli.change import look
    from blocker.cli.table import local, table

    told = look(config, "rules", _alone)
    if json:
        typer.echo(json_module.dumps(told, ensure_ascii=False))
        return
    rows = [
        (
            rule["id"],
            rule["action"],
            rule["name"],
            rule["client"] or (rule["group"] and f"group {rule['group']}") or "all",
            local(rule["until"]),
            rule["place"],
            rule["note"],
        )
        for rule in told["rules"]
    ]
    table(("id", "action", "name", "for", "until", "from", "note"), rows)


@rules.command(short_help="Take rules back, also those of the configuration.")
def remove(
    wanted: Annotated[
        list[str], typer.Argument(metavar="ID|NAME", help="As `blocker rules` shows.")
    ],
    group: Group = None,
    client: Client = None,
    config: ConfigFile = None,
) -> None:
    """Take rules back. One of the configuration file is left out as long as nothing else is said.

    \b
    blocker rules remove 1f0c9a2e
    blocker rules remove ads.example           every rule on that name
    blocker rules remove --group kids ads.example
    """
    from blocker.asked.rules import Removal
    from blocker.cli.change import change

    for each in wanted:
        said = {"id": each, "group": group, "client": client}
        change(config, Removal, said, "rules", in_path="id", method="DELETE")


def _make(
    action: str,
    names: list[str],
    lasting: str | None,
    group: str | None,
    client: str | None,
    note: str,
    config: Path | None,
) -> None:
    from blocker.asked.rules import NewRule
    from blocker.cli.change import change

    said = {"action": action, "name": names, "group": group, "client": client, "note": note}
    change(config, NewRule, {**said, "for": lasting}, "rules")


def _alone(present: "Present") -> dict[str, Any]:
    from blocker.asked.listing import rules_in_force

    return {
        "rules": [
            {
                **asdict(rule),
                "until": rule.until and datetime.fromtimestamp(rule.until, UTC).isoformat(),
            }
            for rule in rules_in_force(present)
        ]
    }
