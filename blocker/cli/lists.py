"""`blocker lists`: what the curated lists hold, what a change to them does, and one's own edits."""

from pathlib import Path
from typing import Annotated

import typer

from blocker.cli.options import ConfigFile
from blocker.errors import BlockerError

SAME, DIFFERENT, TROUBLE = 0, 1, 2  # exit codes of lists diff, as of diff

lists = typer.Typer(
    help="What the curated lists hold, by vendor, and what the present policy blocks of it.",
    epilog="blocker lists | blocker lists edit xiaomi | blocker lists diff HEAD~1 HEAD",
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


@lists.command(short_help="Change a vendor's file in your editor, in a copy of your own.")
def edit(
    vendor: Annotated[str, typer.Argument(metavar="VENDOR", help="Or `keep`, or `sources`.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Apply without asking.")] = False,
    config: ConfigFile = None,
) -> None:
    """Change what the lists say of a vendor, in a file of your own that an upgrade leaves alone.

    \b
    blocker lists edit xiaomi            opens $EDITOR, checks, shows what changes, asks, applies
    blocker lists edit keep              names that no list may block
    EDITOR="code --wait" blocker lists edit oppo

    An error is shown with its line, and the editor is opened again. An empty file takes all of your
    edits back. A running server has the change in force at once.
    """
    from blocker.cli.edit import edit_list

    edit_list(vendor, config, yes=yes)


@lists.command(short_help="What is your own in the lists, and what it takes the place of.")
def overlay(
    reviewed: Annotated[
        bool, typer.Option("--reviewed", help="You have compared it with what is shipped now.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="One object a line, for scripts.")] = False,
    config: ConfigFile = None,
) -> None:
    """What is your own in the lists: entries added, replaced and removed, file by file.

    \b
    blocker lists overlay                also what an upgrade has changed beneath your edits
    blocker lists overlay --reviewed     do not tell of that again
    blocker lists overlay --json | jq 'select(.changed)'
    """
    from blocker.cli.ownlists import as_lines, as_words, own_edits

    edits = own_edits(config, reviewed=reviewed)
    for line in as_lines(edits) if json else as_words(edits):
        typer.echo(line)
