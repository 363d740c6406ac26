"""`blocker settings`: what was changed beside the configuration, to a file and back."""

import json as json_module
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from blocker.cli.options import ConfigFile, Json

settings = typer.Typer(
    help="""All that was changed by API and command line, to a file and back: before an upgrade, or
    to another machine.

    \b
    blocker settings export > changed.yaml
    blocker settings import changed.yaml

    What the configuration says is not in it.
    """,
    no_args_is_help=True,
    rich_markup_mode=None,
)


@settings.command("export")
def export_settings(json: Json = False, config: ConfigFile = None) -> None:
    """Print all that was changed by API or command line, as YAML.

    \b
    blocker settings export > changed.yaml
    """
    from blocker.asked.settings import Import, exported
    from blocker.cli.change import now
    from blocker.cli.control import NoServer, Server
    from blocker.store import read_settings
    from blocker.yamltext import dumped

    server = Server.of(config)
    try:
        told: dict[str, Any] = server.get("settings")
    except NoServer:
        kept = exported(read_settings(server.state).in_force(now()))
        told = Import(settings=kept).model_dump(mode="json")
    if json:
        typer.echo(json_module.dumps(told, ensure_ascii=False))
        return
    told = {"settings": [_said(each) for each in told["settings"]]}
    typer.echo(f"# Changed beside the configuration; {datetime.now(UTC):%Y-%m-%d %H:%M} UTC.")
    typer.echo(dumped(told), nl=False)


@settings.command("import")
def import_settings(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="As exported: YAML or JSON.")],
    config: ConfigFile = None,
) -> None:
    """Put what a file says in place of all that was changed: one change, which can be undone.

    \b
    blocker settings import changed.yaml
    """
    from blocker.asked.settings import Import
    from blocker.cli.change import tell
    from blocker.cli.control import Server
    from blocker.yamlfile import read, validate

    wish = validate(read(file), Import)
    told = Server.of(config).put("settings", wish.model_dump(mode="json"))
    tell(told["change"], told["what"])


def _said(setting: dict[str, Any]) -> dict[str, Any]:
    """Without what is nothing."""
    return {name: value for name, value in setting.items() if value not in (None, "")}
