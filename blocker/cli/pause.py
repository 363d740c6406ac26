"""`blocker pause` and `resume`."""

from typing import Annotated

import typer

from blocker.cli.options import ConfigFile, Group


def pause(
    lasting: Annotated[str, typer.Argument(metavar="TIME", help="30s, 10m, 2h, 1d.")],
    group: Group = None,
    config: ConfigFile = None,
) -> None:
    """Block nothing for a while. It ends by itself, also when the server is restarted meanwhile.

    \b
    blocker pause 10m
    blocker pause 1h --group kids
    blocker resume                       end it now
    """
    from blocker.asked.pause import Pause
    from blocker.cli.change import change

    change(config, Pause, {"for": lasting, "group": group}, "pause")


def resume(group: Group = None, config: ConfigFile = None) -> None:
    """Block again: every pause ends, or that of one group.

    \b
    blocker resume
    blocker resume --group kids
    """
    from blocker.asked.pause import Resume
    from blocker.cli.change import change

    change(config, Resume, {"group": group}, "resume")
