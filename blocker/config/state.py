"""The state folder alone, also by a file with faults: `pause` and `rescue` must work when one has a
typo in it, for the server that runs has not read that yet.

Rule: nothing is guessed. Where a file does not say plainly which folder it is, none is told.
"""

import re
from pathlib import Path
from typing import Any, Final

from blocker.config.load import default_state, find_config, load_config
from blocker.config.units import path as as_path
from blocker.errors import Problems
from blocker.yamlfile import parse

_LINE: Final = re.compile(r"^state[ \t]*:.*", re.MULTILINE)


def state_of(path: Path | None) -> tuple[Path, str]:
    """The state folder of a configuration, found as `load_config` finds it; and its faults.

    Raises what that raises where a file with faults does not say which folder it is.
    """
    path = path or find_config()
    try:
        return load_config(path).state, ""
    except Problems as error:
        if path is None or (state := state_in(path)) is None:
            raise
        return state, str(error)


def state_in(file: Path) -> Path | None:
    """As `load_config` would have it if the rest of the file were right; None: nobody can tell."""
    value = _value(file.read_text(encoding="utf-8-sig", errors="replace"))
    folder = file.resolve().parent
    if not isinstance(value, dict):
        return None
    if value.get("state") is None:
        return default_state(folder)
    try:
        return folder / as_path(value["state"]).expanduser()
    except ValueError:
        return None


def _value(text: str) -> Any:
    """What the file says; where it is no YAML as a whole, what the one line says."""
    try:
        return parse(text, "").value
    except Problems:
        pass
    lines = _LINE.findall(text)
    try:
        return parse("\n".join(lines), "").value  # none: an empty mapping; two: again no YAML
    except Problems:
        return None
