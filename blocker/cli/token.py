"""`blocker token`: who may use the admin API. Works on the file, so no server need run."""

import json as json_module
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blocker.cli.options import ConfigFile, Json

if TYPE_CHECKING:
    from blocker.tokens import TokenStore

token = typer.Typer(
    help="Tokens for the admin API.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


class Scope(StrEnum):
    """What a token allows."""

    READ = "read"
    RULES = "rules"
    ADMIN = "admin"


@token.command("create")
def create_token(
    name: Annotated[str, typer.Option(metavar="N", help="What it is for; shown in logs.")],
    scope: Annotated[
        Scope,
        typer.Option(help="read: look only. rules: allow, block, switch, pause. admin: all."),
    ],
    config: ConfigFile = None,
) -> None:
    """Make a token for the admin API and print it, once. Only its hash is kept.

    \b
    blocker token create --name grafana --scope read
    blocker token create --name phone --scope rules
    """
    from blocker.config import load_config
    from blocker.tokens import TokenStore

    settings = load_config(config)
    secret = TokenStore(settings.state).create(name, scope.value)
    typer.echo(secret)
    scheme = "https" if settings.admin.tls else "http"
    url = f"{scheme}://{settings.admin.listen}/api/v1/status"
    typer.echo(
        "This is the only time it is shown. A running server knows it at once:\n"
        f'  curl -H "Authorization: Bearer {secret}" {url}',
        err=True,
    )


@token.command("list")
def list_tokens(json: Json = False, config: ConfigFile = None) -> None:
    """Every token: its name, what it allows, when it was made and last used.

    \b
    blocker token list

    A server that runs notes the last use about once a minute.
    """
    from blocker.cli.table import local, table

    store = _store(config)
    _must_be_readable(store.path)
    uses = store.uses()
    tokens = [(each, uses.get(each.sha256)) for each in store.tokens()]
    if json:
        names = ("name", "scope", "created")
        shown = [{**{n: getattr(each, n) for n in names}, "last_used": use} for each, use in tokens]
        typer.echo(json_module.dumps(shown))
    elif tokens:
        rows = [
            (each.name, each.scope, local(each.created), local(use) or "never")
            for each, use in tokens
        ]
        table(("token", "scope", "created", "last used"), rows)
    else:
        typer.echo("No tokens: only the command line can use the API.", err=True)


@token.command("revoke")
def revoke_token(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As in `blocker token list`.")],
    config: ConfigFile = None,
) -> None:
    """Accept a token no longer, from the next request on.

    \b
    blocker token revoke phone
    """
    revoked = _store(config).revoke(name)
    typer.echo(f"revoked: {revoked.name}, scope {revoked.scope}", err=True)


def _store(config: Path | None) -> "TokenStore":
    """To take a token back may be urgent; faults in the configuration are but told."""
    from blocker.config.state import state_of
    from blocker.tokens import TokenStore

    state, faults = state_of(config)
    if faults:
        typer.echo(f"note: the configuration has errors:\n{faults}", err=True)
    return TokenStore(state)


def _must_be_readable(path: Path) -> None:
    """To the store a file that is closed to it holds no tokens; to a person it may hold many."""
    from blocker.cli.called import not_yours

    try:
        with suppress(FileNotFoundError), path.open("rb"):
            pass
    except PermissionError:
        raise not_yours(path) from None
