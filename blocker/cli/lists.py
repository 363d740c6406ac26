"""`blocker lists`: what the curated lists hold, and what a change to them does."""

from pathlib import Path
from typing import Annotated

import typer

from blocker.errors import BlockerError

SAME, DIFFERENT, TROUBLE = 0, 1, 2  # exit codes of lists diff, as of diff

lists = typer.Typer(
    help="What the curated lists hold, by vendor, and what the present policy blocks of it.",
    epilog="blocker lists | blocker lists --json | blocker lists diff HEAD~1 HEAD",
    invoke_without_command=True,
    rich_markup_mode=None,
)


@lists.callback()
def show(
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="One object, for scripts.")] = False,
    config: Annotated[
        Path | None, typer.Option("-c", "--config", metavar="FILE", show_default=False)
    ] = None,
) -> None:
    """What the curated lists hold, by vendor, and what the present policy blocks of it.

    \b
    blocker lists                        a table
    blocker lists --json | jq '.vendors[] | select(.blocked == 0).vendor'
    blocker lists diff HEAD~1 HEAD       what a change does
    """
    if context.invoked_subcommand:
        return
    from blocker.cli.overview import as_json, table
    from blocker.inputs import read_inputs

    inputs = read_inputs(config)
    if json:
        typer.echo(as_json(inputs))
    else:
        table(inputs)


@lists.command(short_help="What a change to the lists does, in words.")
def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="A folder of lists, or a revision.")],
    after: Annotated[str, typer.Argument(metavar="B", help="Another.")],
    json: Annotated[bool, typer.Option("--json", help="One object a line, for scripts.")] = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="As an entry of a change log.")
    ] = False,
    config: Annotated[
        Path | None, typer.Option("-c", "--config", metavar="FILE", show_default=False)
    ] = None,
) -> None:
    """What a change to the lists does: names newly blocked, no longer blocked, described otherwise.

    \b
    blocker lists diff lists ../mine     two folders
    blocker lists diff v0.1.0 HEAD       two revisions of the repository that holds the lists
    blocker lists diff --markdown v0.1.0 HEAD > changes.md

    Blocked means by the default policy. The exit code is 0 when nothing differs, 1 when something
    does, 2 when a side cannot be read.
    """
    from blocker.catalog.difference import difference
    from blocker.catalog.load import default_lists, load_catalogue
    from blocker.catalog.revision import lists_at
    from blocker.cli.changes import as_lines, as_markdown, as_words
    from blocker.config import load_config

    try:
        home = load_config(config).lists or default_lists()
        with lists_at(before, home) as one, lists_at(after, home) as other:
            old, new = load_catalogue(one), load_catalogue(other)
            changes = difference(old, new)
    except BlockerError as error:
        typer.echo(error, err=True)
        raise typer.Exit(TROUBLE) from None
    said = as_lines if json else as_markdown if markdown else as_words
    for line in said(changes, str(old.version), str(new.version)):
        typer.echo(line)
    raise typer.Exit(DIFFERENT if changes else SAME)
