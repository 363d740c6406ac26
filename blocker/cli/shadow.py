"""`blocker shadow`: what is in shadow, and whom it would hit."""

import json as json_module
from collections.abc import Iterator
from typing import Any

import typer

from blocker.cli.options import Client, ConfigFile, Json

SHOWN = 3  # names in a row


def shadow(client: Client = None, json: Json = False, config: ConfigFile = None) -> None:
    """What is in shadow would be blocked, and is not: whom it would hit, how often, which names.

    \b
    blocker vendor oppo shadow           put something in shadow,
    blocker shadow                       look whom it would hit after a day,
    blocker vendor oppo on               and enforce it
    blocker shadow --client 192.168.1.20
    """
    from blocker.cli.control import Server

    told = Server.of(config).get("shadow", client=client)
    if json:
        typer.echo(json_module.dumps(told, ensure_ascii=False))
        return
    from blocker.cli.table import local, table

    if not told["in_shadow"]:
        typer.echo("nothing is in shadow; put something there: blocker vendor NAME shadow")
    columns = ("in shadow", "client", "queries", "names", "last")
    rows = [row for each in told["in_shadow"] for row in _rows(each, local)]
    rows += [row for hit in told["earlier"] for row in [_row("not any more", hit, local)]]
    if rows:
        table(columns, rows)
        typer.echo(f"queries that would have been blocked since {local(told['since'])}")


def _rows(shown: dict[str, Any], local: Any) -> Iterator[tuple[object, ...]]:
    groups = ", ".join(shown["groups"])
    what = f"{shown['kind']} {shown['name']}" + ("" if groups == "default" else f" ({groups})")
    if not shown["clients"]:
        yield what, "nobody so far", "0", "", ""
    for number, hit in enumerate(shown["clients"]):
        yield _row("" if number else what, hit, local)


def _row(what: str, hit: dict[str, Any], local: Any) -> tuple[object, ...]:
    names = [f"{each['name']} ({each['count']:,})" for each in hit["names"][:SHOWN]]
    others = hit["other_names"] + sum(each["count"] for each in hit["names"][SHOWN:])
    if others:
        names.append(f"others ({others:,})")
    client = hit["client"] or "further clients"
    return what, client, f"{hit['count']:,}", "\n".join(names), local(hit["last"])
