"""What the configuration alone comes to, as it was read last: `state/configured.json`.

What was changed later is put over it anew with every change, also by an admin process that has
taken the place of another since the last reload.
"""

import json
from dataclasses import asdict
from pathlib import Path

from blocker.link import Generation, write_atomically


def write_configured(generation: Generation, state: Path) -> None:
    """OSError when it cannot be written."""
    write_atomically(_path(state), json.dumps(asdict(generation)).encode())


def read_configured(state: Path) -> Generation | None:
    """None when there is none that can be used."""
    try:
        return Generation(**json.loads(_path(state).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def _path(state: Path) -> Path:
    return state / "configured.json"
