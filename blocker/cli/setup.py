"""`blocker setup`: looks at the machine, says what is missing, and writes a first configuration.

Rule: nothing is changed without a yes, and then only a new file is written. Other programs are
never stopped; it says what to type. The exit code is 1 while something
keeps blocker from answering.
"""

import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from blocker.cli.called import program
from blocker.cli.options import ConfigFile, Json
from blocker.errors import Problems, StartError

if TYPE_CHECKING:
    from blocker.setup.checks import Finding, Seen

NEW: Final = Path("blocker.yaml")
_SIGNS: Final = {"ok": "ok", "attention": "!!", "problem": "XX"}


def setup(
    yes: Annotated[
        bool, typer.Option("-y", "--yes", help="Write the configuration without asking.")
    ] = False,
    json: Json = False,
    config: ConfigFile = None,
) -> None:
    """What this machine needs to serve a home; a list with what to do, and a first configuration.

    \b
    blocker setup                        look, ask, and offer to write ./blocker.yaml
    sudo blocker setup                   sees whose port 53 is
    blocker setup --yes -c /etc/blocker/blocker.yaml
    blocker setup --json | jq .checks

    It stops no program and replaces no file; to undo it, remove the file that it has written.
    """
    from blocker.cli.questions import answers, default_answers
    from blocker.config.load import find_config
    from blocker.setup.checks import findings
    from blocker.setup.written import configuration

    file = _existing(config) if config else find_config()
    seen = _seen(file)
    found = findings(seen, datetime.now(UTC).date())
    target = config or NEW
    written = ""
    if file is None and (yes or _asks(json)):
        _must_be_writable(target)  # before the questions: no answers are to be lost
        said = default_answers(seen) if yes else answers(seen)
        if yes or typer.confirm(f"Write {target}?", default=True):
            written = _write(target, configuration(seen, said, target))
            seen = _seen(target)  # as it will be: it may leave others their part of the port
            found = findings(seen, datetime.now(UTC).date())
    if json:
        _tell_json(found, seen, file, written)
    else:
        _tell(found, file, written, target)
    if any(each.mark == "problem" for each in found):
        raise typer.Exit(1)


def _seen(file: Path | None) -> "Seen":
    from blocker.catalog.load import default_lists
    from blocker.catalog.version import version_of
    from blocker.config.load import load_config
    from blocker.config.model import Config
    from blocker.setup.checks import Seen, firewalls
    from blocker.setup.machine import (
        addresses,
        announced_ipv6,
        clock_is_kept,
        may_bind,
        router,
        way_out,
    )
    from blocker.setup.ports import holders

    settings = load_config(file) if file else Config()
    port = settings.dns.listen[0].port
    return Seen(
        config=settings,
        holders=holders(port),
        addresses=addresses(),
        interface=way_out(),
        may_bind=may_bind(port),
        ipv6_announced=announced_ipv6(),
        clock_kept=clock_is_kept(),
        lists_date=version_of(default_lists()).date,
        firewalls=firewalls(),
        router=router(),
        program=program(),
    )


def _existing(target: Path) -> Path | None:
    try:
        if target.is_dir():
            message = f"{target} is a folder; name the file in it: -c {target / NEW}"
            raise StartError(message)
        return target if target.is_file() else None
    except PermissionError:
        message = f"{target}: its folder is not yours to look into; {_as_root()}"
        raise StartError(message) from None


def _must_be_writable(target: Path) -> None:
    folder = target.absolute().parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        message = f"{target}: cannot be written: {folder} is no folder"
        raise StartError(message)
    if not os.access(folder, os.W_OK | os.X_OK):
        message = f"{target}: cannot be written: {folder} is not yours to write to; {_as_root()}"
        raise StartError(message)


def _as_root() -> str:
    return f"sudo {program()} setup, or name another file with -c"


def _asks(json: bool) -> bool:
    return not json and sys.stdin.isatty()


def _write(target: Path, text: str) -> str:
    """Only where there is none, and only what `check` would take."""
    _check(target, text)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise StartError(f"{target}: cannot be written: {error.strerror}") from None
    return str(target)


def _check(target: Path, text: str) -> None:
    import tempfile

    from blocker.config.load import load_config

    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder, "blocker.yaml")
        trial.write_text(text, encoding="utf-8")
        try:
            load_config(trial)
        except Problems as error:
            raise Problems(replace(each, file=str(target)) for each in error.problems) from None


def _tell(found: "list[Finding]", file: Path | None, written: str, target: Path) -> None:
    for each in found:
        typer.echo(f"{_SIGNS[each.mark]}  {each.check:<11}{each.what}")
        for line in each.do:
            typer.echo(f"      {line}")
    if written:
        typer.echo(f"ok  config     {written} written; to undo: rm {written}")
    elif file:
        typer.echo(f"ok  config     {file}")
    else:
        typer.echo(
            f"!!  config     none yet, the defaults hold; `blocker setup --yes` writes {target}"
        )
    if not any(each.mark == "problem" for each in found):
        typer.echo(f"Next: {program()} serve, then deploy/routers/README.md for your router.")


def _tell_json(found: "list[Finding]", seen: "Seen", file: Path | None, written: str) -> None:
    import json

    document = {
        "ready": not any(each.mark == "problem" for each in found),
        "addresses": [str(each.at.ip) for each in seen.serving],
        "config": written or (str(file) if file else None),
        "written": bool(written),
        "checks": [
            {"check": each.check, "mark": each.mark, "what": each.what, "do": list(each.do)}
            for each in found
        ],
    }
    typer.echo(json.dumps(document, indent=2))
