"""What was shipped when an edit of one's own was first seen; so an upgrade beneath it is noticed.

The record is a file in `state`. An edit that is written anew is taken to know what is shipped now.
"""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from blocker.catalog.edits import Edit
from blocker.errors import Problem, StartError

FILE: Final = "overlay.json"
_Record = dict[str, list[str]]  # by what an edit is of: its own hash, and that of what is shipped


def changed(edits: Sequence[Edit], state: Path) -> Iterator[Problem]:
    """A remark for each edit whose shipped words are others than when it was made."""
    record = _read(state)
    for edit in edits:
        own, shipped = _marks(edit)
        before = record.get(_key(edit))
        if before is None or before[0] != own or before[1] == shipped:
            continue
        if edit.shipped is None:
            if edit.does != "removes":  # that a removal has nothing to remove is told anyway
                yield edit.problem("the shipped lists have it no longer", _REVIEWED)
        elif before[1]:
            yield edit.problem(f"what is shipped has changed since: {edit.shipped}", _REVIEWED)
        else:
            yield edit.problem(f"it is shipped as well by now: {edit.shipped}", _REVIEWED)


def remember(edits: Sequence[Edit], state: Path, *, reviewed: bool = False) -> None:
    """Note edits not seen before, and with `reviewed` what is shipped now for the others too.

    Where there is no state folder yet, or it is another user's, nothing is noted; that something
    was reviewed has to be, so then it is a StartError.
    """
    before = _read(state)
    after: _Record = {}
    for edit in edits:
        known = before.get(_key(edit))
        own, shipped = _marks(edit)
        keep = known and known[0] == own and not reviewed
        after[_key(edit)] = known if known and keep else [own, shipped]
    if after != before:
        try:
            _write(after, state)
        except OSError as error:
            if reviewed:
                message = f"cannot write {state / FILE}: {error.strerror}; run as its owner"
                raise StartError(message) from None


_REVIEWED: Final = "compare them, then `blocker lists overlay --reviewed`"


def _key(edit: Edit) -> str:
    whose = edit.own.vendor if edit.of in ("head", "product") else ""
    return f"{edit.of} {whose} {edit.name}"


def _marks(edit: Edit) -> tuple[str, str]:
    own = edit.does if edit.does == "removes" else edit.own.mark
    return own, edit.shipped.mark if edit.shipped else ""


def _read(state: Path) -> _Record:
    try:
        record = json.loads((state / FILE).read_bytes())
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _write(record: _Record, state: Path) -> None:
    """At the start root may write here, into a folder of the server's user: through no link."""
    temporary = state / f".{FILE}.{os.getpid()}"
    temporary.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(temporary, flags, 0o666), "wb") as file:
            file.write(json.dumps(record, indent=1, sort_keys=True).encode() + b"\n")
        temporary.replace(state / FILE)
    finally:
        temporary.unlink(missing_ok=True)
