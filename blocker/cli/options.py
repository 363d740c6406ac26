"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer


def known_client(written: str | None) -> str | None:
    """As it is, if it can be one. Checked before it is sent on: the API speaks to programs."""
    from blocker.config.client import client
    from blocker.config.units import ip_address
    from blocker.errors import StartError

    if written is None or ip_address(written) is not None:
        return written
    try:
        if written.startswith("id:"):
            return client(written)
    except ValueError as error:
        raise StartError(str(error)) from None
    message = (
        f"{written} is not an address; write the client's, like 192.168.1.20, or id: and the name "
        "it asks by, like id:anna-phone (`blocker devices` shows addresses)"
    )
    raise StartError(message)


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
    str | None,
    typer.Option(
        metavar="IP", callback=known_client, show_default=False, help="For this client alone."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")]
