"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "-c",
        "--config",
        metavar="FILE",
        show_default=False,
        readable=False,  # not checked here: our own message says what to do
        help="Without it: ./blocker.yaml, /etc/blocker/blocker.yaml, else the built-in defaults.",
    ),
]
Group = Annotated[
    str | None,
    typer.Option(metavar="G", show_default=False, help="For the clients of this group alone."),
]
Client = Annotated[
    str | None, typer.Option(metavar="IP", show_default=False, help="For this client alone.")
]
Json = Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")]
