"""`blocker subscriptions`: how other people's lists are doing, and downloading them now."""

import json as json_module
from typing import Annotated

import typer

from blocker.cli.options import ConfigFile, Json

subscriptions = typer.Typer(
    help="How other people's lists are doing: how many names, how old, what went wrong.",
    invoke_without_command=True,
    rich_markup_mode=None,
)


@subscriptions.callback()
def show(context: typer.Context, json: Json = False, config: ConfigFile = None) -> None:
    """How other people's lists are doing: how many names, how old, what went wrong.

    \b
    blocker subscriptions                     a table
    blocker subscriptions --json | jq '.subscriptions[] | select(.error != "").name'
    blocker subscriptions refresh oisd        download it now, if it has changed
    """
    if context.invoked_subcommand:
        return
    from blocker.cli.listed import here, rows
    from blocker.cli.table import table

    told = here(config).told()
    if json:
        typer.echo(json_module.dumps({"subscriptions": told}, ensure_ascii=False))
        return
    table(("name", "state", "names", "age", "next", "error"), rows(told))
    for each in told:
        if each["alarm"]:
            typer.echo(f"{each['name']}: {each['alarm']}", err=True)


@subscriptions.command(short_help="Download lists now, if they have changed.")
def refresh(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME", show_default=False, help="Without any: all of them."),
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Take a list although it shrank by more than half.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Download lists now, if they have changed. A server that runs puts them in force.

    \b
    blocker subscriptions refresh
    blocker subscriptions refresh oisd other
    blocker subscriptions refresh --accept oisd

    Whatever goes wrong, the last good copy of a list stays. The exit code is then 1. Without a
    server they are downloaded all the same, and in force at the next start.
    """
    from blocker.cli.listed import here
    from blocker.cli.loading import loading_bars

    lists = here(config)
    wanted = lists.downloads(names or [])
    with loading_bars() as show_progress:
        outcomes = lists.refresh(wanted, show_progress)
    failed = False
    for outcome in outcomes:
        if outcome.state == "held" and accept:
            lists.accept(outcome.name)
            typer.echo(f"{outcome.name}: accepted although it shrank")
        else:
            failed |= outcome.failed
            typer.echo(str(outcome), err=outcome.failed)
    if lists.later:
        typer.echo(lists.later, err=True)
    if failed:
        raise typer.Exit(1)
