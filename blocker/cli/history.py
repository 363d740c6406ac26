"""`blocker audit` and `undo`: who changed what, and the way back."""

import json as json_module
from datetime import UTC, datetime
from typing import Annotated

import typer

from blocker.cli.options import ConfigFile, Json


def undo(
    number: Annotated[
        int | None,
        typer.Argument(metavar="ID", show_default=False, help="Of `blocker audit`; else the last."),
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Take a change back: what was so before it is so again.

    \b
    blocker undo                         the last change; once more: the one before it
    blocker undo 17                      that one, unless it was changed again since
    blocker audit                        what can be undone
    """
    from blocker.cli.change import now, own_name, tell, written
    from blocker.cli.control import NoServer, Server
    from blocker.store import Change, Store

    server = Server.of(config)

    def write(store: Store) -> tuple[Change | None, str]:
        made = store.undo(number, own_name(), now())
        return made, made.what if made else "nothing"

    try:
        told = server.post("undo", {"id": number})
        tell(told["change"], told["what"])
    except NoServer:
        written(server.state, write)


def audit(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="So many of the newest.")] = 50,
    json: Json = False,
    config: ConfigFile = None,
) -> None:
    """Who changed what and when, newest first.

    \b
    blocker audit
    blocker audit --limit 5 --json | jq '.changes[0].settings'
    """
    from blocker.cli.control import NoServer, Server
    from blocker.cli.table import local, table
    from blocker.store import Change, Store
    from blocker.store.settings import as_plain

    server = Server.of(config)
    try:
        changes = server.get("audit", limit=limit)["changes"]
    except NoServer:
        store = Store(server.state)
        try:
            made: list[Change] = store.changes(limit)
        finally:
            store.close()
        changes = [
            {**as_plain(each), "at": datetime.fromtimestamp(each.at, UTC).isoformat()}
            for each in made
        ]
    if json:
        typer.echo(json_module.dumps({"changes": changes}, ensure_ascii=False))
        return
    undone = {each["undoes"]: each["id"] for each in reversed(changes) if each["undoes"]}
    rows = [
        (
            each["id"],
            local(each["at"]),
            each["who"],
            each["what"],
            f"undone by {undone[each['id']]}" if each["id"] in undone else "",
        )
        for each in changes
    ]
    table(("id", "when", "who", "what", ""), rows)
