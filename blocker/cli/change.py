"""Changing a setting, and showing settings: through the server, or in the store where none runs.

Rule: both ways check the same and keep the same. What is written while no server runs is in force
at its next start, and that is said.
"""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NoReturn, TypeVar
from urllib.parse import quote

import typer
from pydantic import ValidationError

from blocker import control
from blocker.admin.plan import prepare
from blocker.asked.asked import Asked
from blocker.asked.present import Present
from blocker.cli.control import NoServer, Server
from blocker.errors import StartError
from blocker.ruleset import open_ruleset
from blocker.store import Change, Store

Shown = TypeVar("Shown")
LATER = "no server runs: it is in force when one is started"


def change(
    config: Path | None,
    asked: type[Asked],
    said: Mapping[str, Any],
    path: str,
    *,
    in_path: str = "",
    method: Literal["POST", "DELETE"] = "POST",
) -> None:
    """Have it done, and say what was. `path` is the API's, and `in_path` what it ends in."""
    said = {name: value for name, value in said.items() if value not in (None, "")}
    wish = _checked(asked, said)
    server = Server.of(config)
    where = f"{path}/{quote(said[in_path], safe='')}" if in_path else path
    rest = {name: value for name, value in said.items() if name != in_path}
    try:
        told = server.post(where, rest) if method == "POST" else server.delete(where, **rest)
        tell(told["change"], told["what"])
    except NoServer:
        written(server.state, lambda store: _apply(store, config, wish))


def written(state: Path, write: Callable[[Store], tuple[Change | None, str]]) -> None:
    """Change the store itself, and say so."""
    store = Store(state)
    try:
        made, what = write(store)
    finally:
        store.close()
    tell(made.id if made else None, what)
    typer.echo(LATER, err=True)


def tell(number: int | None, what: str) -> None:
    if number is None:
        typer.echo(f"it was so already: {what}")
    else:
        typer.echo(f"{what}  (change {number}; take it back: blocker undo {number})")


def look(
    config: Path | None, path: str, alone: Callable[[Present], Shown], **query: Any
) -> Any | Shown:
    """What the API shows; where no server runs, what it would show if one were started."""
    server = Server.of(config)
    try:
        return server.get(path, **query)
    except NoServer:
        typer.echo("no server runs: this is what would be in force if one were started", err=True)
        store = Store(server.state)
        try:
            return alone(present_without_server(config, store))
        finally:
            store.close()


def present_without_server(config: Path | None, store: Store) -> Present:
    """As a server that is started now would find things; lists that have changed are compiled."""
    generation = prepare(config).generation
    ruleset = open_ruleset(Path(generation.ruleset))
    return Present(
        configured=generation,
        settings=store.settings(),
        now=now(),
        vendors=ruleset.vendors,
        off=ruleset.off,
        subscriptions=[source["name"] for source in ruleset.sources[1:]],
    )


def own_name() -> str:
    """For the audit, as the server would say it."""
    return f"cli:{control.user_name(os.getuid())}"


def now() -> float:
    return datetime.now(UTC).timestamp()


def _apply(store: Store, config: Path | None, wish: Asked) -> tuple[Change | None, str]:
    edit = wish.edit(present_without_server(config, store))
    return store.apply(edit, own_name(), now()), edit.what


def _checked(asked: type[Asked], said: Mapping[str, Any]) -> Asked:
    try:
        return asked.model_validate(said)
    except ValidationError as error:
        _refuse(error)


def _refuse(error: ValidationError) -> NoReturn:
    """Every fault, in our words where we have any."""
    lines = []
    for fault in error.errors(include_url=False):
        own = fault.get("ctx", {}).get("error")
        where = ".".join(str(step) for step in fault["loc"])
        lines.append(str(own) if own else f"{where}: {fault['msg']}")
    raise StartError("\n".join(lines)) from None
