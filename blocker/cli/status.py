"""`blocker status`: what runs, and what was changed beside the configuration."""

import json as json_module
from collections.abc import Iterator
from typing import Any

import typer

from blocker.cli.options import ConfigFile, Json

NOT_RUNNING = 3  # as of `systemctl status`


def status(json: Json = False, config: ConfigFile = None) -> None:
    """What the server runs with, what became of the queries, and what was changed since.

    \b
    blocker status
    blocker status --json | jq .queries

    The exit code is 3 when no server runs.
    """
    from blocker.cli.control import NoServer, Server

    server = Server.of(config)
    try:
        told = server.get("status")
    except NoServer as error:
        typer.echo(error, err=True)
        _show_kept(server)
        raise typer.Exit(NOT_RUNNING) from None
    if json:
        typer.echo(json_module.dumps(told, ensure_ascii=False))
        return
    for label, text in _lines(told):
        typer.echo(f"{label:<11}{text}")


def _lines(told: dict[str, Any]) -> Iterator[tuple[str, str]]:
    from blocker.cli.table import local

    ready = "ready" if told["ready"] else "not every worker runs the newest generation"
    yield "blocker", f"{told['version']}, {ready}, generation {told['generation']}"
    yield "listening", ", ".join(told["listening"])
    for kind, addresses in told["encrypted"].items():
        yield "", f"{', '.join(addresses)} (DNS over {kind.upper()})"
    if told["paused_until"]:
        yield "paused", f"until {local(told['paused_until'])}; blocker resume ends it"
    rules = ", ".join(f"{layer} {count:,}" for layer, count in told["rules"].items())
    yield "rules", f"{rules}; lists {told['catalogue']}"
    queries = ", ".join(f"{what} {count:,}" for what, count in sorted(told["queries"].items()))
    yield "queries", queries or "none yet"
    for each in told["upstreams"]:
        yield "upstream", _upstream(each)
    yield "query log", _query_log(told["query_log"])
    for each in (told["query_log"] or {}).get("damaged", ()):
        yield "", f"begun anew {local(each['since'])}; the damaged file is kept: {each['file']}"
    for worker in told["workers"]:
        if worker["error"]:
            yield f"worker {worker['worker']}", worker["error"]
    if told["reload_error"]:
        yield "reload", f"nothing has changed: {told['reload_error']}"
    for each in told["locked_out"]:
        yield "locked out", f"{each['address']}: wrong tokens; until {local(each['until'])}"
    yield from _changed(told["changed"]["settings"], told["changed"]["count"])


def _upstream(told: dict[str, Any]) -> str:
    errors = [f"{what} {count:,}" for what, count in sorted(told["errors"].items()) if count]
    return f"{told['url']}: asked {told['requests']:,}; " + (
        f"errors: {', '.join(errors)}" if errors else "no errors"
    )


def _query_log(told: dict[str, Any] | None) -> str:
    if told is None:
        return "off"
    lost = sum(told["dropped"].values())
    parts = [f"{told['bytes'] / 2**20:,.1f} MiB"]
    parts += [f"{lost:,} rows lost"] if lost else []
    parts += [f"not written now: {told['error']}"] if told["error"] else []
    return ", ".join(parts)


def _changed(sentences: list[str], count: int) -> Iterator[tuple[str, str]]:
    yield "changed", f"{count} beside the configuration" if count else "nothing since"
    for each in sentences:
        yield "", each


def _show_kept(server: Any) -> None:
    from blocker.cli.change import now
    from blocker.store import read_settings
    from blocker.store.database import NAME

    if not (server.state / NAME).exists():
        return
    kept = list(map(str, read_settings(server.state).in_force(now())))
    for label, text in _changed(kept, len(kept)):
        typer.echo(f"{label:<11}{text}", err=True)
