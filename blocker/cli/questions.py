"""What `blocker setup` asks before it writes a configuration.

Rule: an answer is checked at once, and asked for again where it is none; so nothing that was said
is lost to a slip in what comes after it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, get_args

import typer

if TYPE_CHECKING:
    from blocker.setup.checks import Seen
    from blocker.setup.written import Answers


def default_answers(seen: "Seen") -> "Answers":
    """What is written unless somebody says otherwise."""
    from blocker.setup.written import Answers

    return Answers(asks_router=seen.router is not None and seen.router.resolves)


def answers(seen: "Seen") -> "Answers":
    """A person's, or the defaults for what they just accept."""
    from blocker.config.blocking import Breakage
    from blocker.config.querylog import QueryLogSection
    from blocker.config.upstreams import address_of
    from blocker.setup.written import Answers

    breakages = get_args(Breakage)
    kept = get_args(QueryLogSection.model_fields["clients"].annotation)
    breakage = _choice("How much may stop working", breakages, "minor")
    clients = _choice("Log who asked", kept, "full")
    upstream = typer.prompt(
        "Upstream, as tls://192.0.2.53#its.name (empty: Quad9 and CZ.NIC)",
        default="",
        value_proc=_upstream(seen),
    )
    asks_router = False
    asked = address_of(upstream).host if upstream else ""
    if seen.router and seen.router.address != asked:  # else it is asked for all names
        asks_router = typer.confirm(
            f"Ask the router ({seen.router.address}) for names of the home, as nas.fritz.box",
            default=default_answers(seen).asks_router,
        )
    return Answers(breakage, clients, (upstream,) if upstream else (), asks_router)


def _choice(question: str, choices: tuple[str, ...], default: str) -> str:
    def read(written: str) -> str:
        word = written.strip().lower()
        if word not in choices:
            message = f"{written} is none of these: {', '.join(choices)}"
            raise typer.BadParameter(message)
        return word

    said: str = typer.prompt(f"{question} ({', '.join(choices)})", default=default, value_proc=read)
    return said


def _upstream(seen: "Seen") -> Callable[[str], str]:
    from blocker.config.load import leads_to
    from blocker.config.units import endpoint
    from blocker.config.upstreams import Upstream, upstream_url
    from blocker.setup.written import listening

    def read(written: str) -> str:
        if not (url := written.strip()):
            return ""
        try:
            found = Upstream(url=upstream_url(url)).endpoints
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
        ours = list(map(endpoint, listening(seen)))
        if any(leads_to(each, own) for each in found for own in ours):
            message = f"{url} is this resolver itself; name another"
            raise typer.BadParameter(message)
        return url

    return read
