"""`subscriptions:` other people's lists: for now local files of names or hosts lines."""

import re
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator

from blocker.config.section import Section, comes_later
from blocker.config.units import path
from blocker.yamlfile import suggest

LATER_FORMATS: Final = ("wildcard", "adblock", "dnsmasq", "unbound", "rpz", "regex")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def _name(written: Any) -> Any:
    if not isinstance(written, str) or not _NAME.match(written):
        message = f"{written} cannot be a name here; write letters, digits, dots and dashes"
        raise ValueError(message)
    return written


def _source(written: Any) -> Any:
    if isinstance(written, str) and _URL.match(written):
        message = f"{written} is a download, and those come later; fetch it and write its path"
        raise ValueError(message)
    return path(written)


def _format(written: Any) -> Any:
    if written in LATER_FORMATS:
        message = f"the format {written} comes with a later release; write auto, domains or hosts"
        raise ValueError(message)
    return written


def _match(written: Any) -> Any:
    if written == "auto":
        message = (
            "what a bare name covers differs from list to list; "
            "write exact for the name alone or subtree for all below it too"
        )
        raise ValueError(message)
    if written not in ("exact", "subtree"):
        message = f"{written} is no way to match; {suggest(written, ('exact', 'subtree'))}"
        raise ValueError(message)
    return written


class Subscription(Section):
    """One list. `auto` tells names from hosts lines by the file's content."""

    name: Annotated[str, BeforeValidator(_name)]
    source: Annotated[Path, BeforeValidator(_source)]
    match: Annotated[Literal["exact", "subtree"], BeforeValidator(_match)]
    format: Annotated[Literal["auto", "domains", "hosts"], BeforeValidator(_format)] = "auto"
    action: Literal["block", "allow"] = "block"
    refresh: Annotated[
        None, comes_later("remove it: a local file is read again at every reload")
    ] = None
