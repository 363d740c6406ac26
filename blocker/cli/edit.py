"""`blocker lists edit`: an editor, a check, what it changes, and only then the change.

A running server does it, for the files are its user's; without one they are written here.
"""

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import typer

from blocker.catalog.difference import WORDS
from blocker.catalog.folder import vendor_files
from blocker.catalog.load import default_lists
from blocker.catalog.ownfile import SINGLE, OwnFile
from blocker.catalog.proposal import propose
from blocker.cli.control import Declined, NoServer, Server
from blocker.config import load_config
from blocker.errors import StartError
from blocker.yamlfile import suggest


@dataclass(frozen=True, slots=True)
class Checked:
    """What a text would do: faults and remarks as lines, and changes of names as lines."""

    problems: list[str]
    remarks: list[str]
    changes: list[str]


class Lists(Protocol):
    """Where the files are: with a server, or here."""

    own: str
    shipped: str

    def check(self, text: str) -> Checked: ...
    def apply(self, text: str) -> str: ...


def edit_list(name: str, config: Path | None, *, yes: bool) -> None:
    """Until it is right and applied, or given up. Exit code 1: nothing was changed."""
    settings = load_config(config)
    folder = settings.lists or default_lists()
    file = OwnFile.named(name, folder, settings.overlay)
    try:
        lists: Lists = Remote(name, Server.of(config))
    except NoServer:
        lists = Local(file)
    if not lists.own and not lists.shipped:
        _must_be_meant(name, folder)
    before = lists.own or _template(file, new=not lists.shipped)
    draft = Path(tempfile.mkdtemp(prefix="blocker-")) / f"{name}.yaml"
    draft.write_text(before, encoding="utf-8")
    if not _edited_until_right(draft, before, lists, yes=yes):
        typer.echo(f"Nothing was changed. What you wrote is in {draft}", err=True)
        raise typer.Exit(1)
    shutil.rmtree(draft.parent)


def _edited_until_right(draft: Path, before: str, lists: Lists, *, yes: bool) -> bool:
    """Whether all is done that was wanted."""
    while True:
        _run_editor(draft)
        text = draft.read_text(encoding="utf-8", errors="replace")
        if text == before:
            typer.echo("You changed nothing.")
            return True
        checked = lists.check(text)
        for line in (*checked.remarks, *checked.problems):
            typer.echo(line, err=True)
        if not checked.problems:
            for line in checked.changes or ["no name is blocked or freed by it"]:
                typer.echo(line)
            if not yes and not typer.confirm("Apply it?", default=True):
                return False
            try:
                typer.echo(lists.apply(text))
            except Declined as error:
                typer.echo(error, err=True)
            else:
                return True
        if not typer.confirm("Edit it again?", default=True):
            return False


class Remote:
    """With a running server."""

    def __init__(self, name: str, server: Server) -> None:
        self._path = f"lists/{name}"
        self._server = server
        texts = server.get(self._path)
        self.own: str = texts["own"]
        self.shipped: str = texts["shipped"]
        self._etag: str = texts["etag"]

    def check(self, text: str) -> Checked:
        told = self._server.post(f"{self._path}/check", {"text": text})
        return Checked(
            [_fault(each) for each in told["problems"]],
            [_fault(each) for each in told["remarks"]],
            list(_changes((each["kind"], each["words"]) for each in told["changes"])),
        )

    def apply(self, text: str) -> str:
        told = self._server.put(self._path, {"text": text, "expects": self._etag})
        return f"in force: generation {told['generation']}"


class Local:
    """Where no server runs."""

    def __init__(self, file: OwnFile) -> None:
        self._file = file
        self.own, self.shipped = file.text(), file.shipped()

    def check(self, text: str) -> Checked:
        proposal = propose(self._file, text)
        return Checked(
            list(map(str, proposal.problems)),
            list(map(str, proposal.remarks)),
            list(_changes((each.kind, each.in_words()) for each in proposal.changes)),
        )

    def apply(self, text: str) -> str:
        self._file.write(text)
        return f"{self._file.path}: written; no server runs: it is in force when one is started"


def _changes(changes: Iterable[tuple[Any, str]]) -> Iterable[str]:
    return (f"{WORDS[kind]:<18}{words}" for kind, words in changes)


def _fault(told: dict[str, Any]) -> str:
    where = f"{told['where']}: " if told["where"] else ""
    instead = f"; {told['instead']}" if told["instead"] else ""
    return f"{told['file']}:{told['line']}: {where}{told['what']}{instead}"


def _must_be_meant(name: str, folder: Path) -> None:
    """A vendor that nobody has is often a misspelt one."""
    known = [path.stem for path in vendor_files(folder)]
    close = suggest(name, known)
    hint = f" ({close})" if close.startswith("did") else ""
    if not typer.confirm(f"No list has a vendor {name}{hint}. Make it new?", default=not hint):
        raise typer.Exit(1)


def _run_editor(path: Path) -> None:
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    try:
        ended = subprocess.run([*shlex.split(command), str(path)], check=False).returncode
    except (FileNotFoundError, PermissionError, ValueError):
        message = f"{command} cannot be run; set EDITOR to an editor that is installed"
        raise StartError(message) from None
    if ended:
        message = f"{command} ended with {ended}; nothing was changed"
        raise StartError(message)


def _template(file: OwnFile, *, new: bool) -> str:
    """What a first edit begins with."""
    if file.name in SINGLE:
        return _SINGLE[file.name]
    return _HEAD.format(name=file.name) + (_NEW if new else "") + _ENTRIES


_HEAD: Final = """\
# Your own edits of {name}; an upgrade of the lists leaves them alone.
# The fields of an entry are explained in the README.md beside the lists.
vendor: {name}
"""
_NEW: Final = """\
title: What it is called
legal_name: The company
jurisdiction: XX
products: {the product: What it is}
"""
_ENTRIES: Final = """\
# entries:                       # more, or in place of a shipped one of that name
#   - name: log.example.com
#     product: the product
#     purpose: analytics
#     evidence: [a-source]
#     confidence: community
# remove:                        # shipped ones that you do not want
#   - {name: log.example.com, reason: why}
"""
_SINGLE: Final = {
    "keep": """\
# Names that no list may block, besides those shipped.
# keep:
#   - {name: app.example.com, purpose: config, reason: what it is needed for, evidence: [a-source]}
# remove:
#   - {name: app.example.com, reason: why}
""",
    "sources": """\
# Papers and documents that entries of your own point to.
# sources:
#   a-source: {title: T, authors: A, year: 2026, url: "https://example.org/", licence: "?"}
""",
}
