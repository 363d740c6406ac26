"""Taking a change back: which one, and what that comes to.

Rule: an undo is a change like any other, so it can be undone too. What was changed again since is
not undone behind the back of whoever did so.
"""

from collections.abc import Sequence
from typing import Final

from blocker.errors import BlockerError
from blocker.store.settings import Change, Edit, Key, Settings, Value, moment

_FIRST: Final = ("change", "import")
_BY_HAND: Final = (*_FIRST, "undo")


class CannotUndo(BlockerError):
    """There is nothing to take back, or it was changed again since."""


class NoSuchChange(CannotUndo):
    """No change has that number."""


def undone(number: int | None, changes: Sequence[Change]) -> Change:
    """The change that is meant, of all, newest first: the last that still holds if none is named.

    Undoing again and again so goes back step by step; an undo is itself undone only by its number.
    """
    taken_back = {each.undoes for each in changes}
    if number is None:
        for change in changes:
            if change.kind in _FIRST and change.id not in taken_back:
                return change
        raise CannotUndo("nothing was changed that could be undone; see `blocker audit`")
    for change in changes:
        if change.id == number:
            if change.kind == "edit":
                raise CannotUndo(f"change {number} is of a file: {change.what}; edit it again")
            if change.kind not in _BY_HAND:
                raise CannotUndo(f"change {number} was no decision: {change.what}")
            return change
    raise NoSuchChange(f"there is no change {number}; see `blocker audit`")


def origin(change: Change, changes: Sequence[Change]) -> Change:
    """What an undo, or the undo of one, is of in the end; any other change is so of itself."""
    by_id = {each.id: each for each in changes}
    while change.undoes is not None:
        change = by_id[change.undoes]
    return change


def inverse(change: Change, now: Settings, changes: Sequence[Change], at: float) -> Edit:
    """What takes it back; CannotUndo names the change that has to be undone before."""
    for key, value in change.after.items():
        present = now.get(key)
        if (present.value if present else None) != value:
            raise _conflict(change, key, changes)
    values = {key: _unless_lapsed(value, at) for key, value in change.before.items()}
    if all(value == change.after[key] for key, value in values.items()):
        raise CannotUndo(f"change {change.id} has nothing left to undo: {change.what}")
    return Edit(f"undo of {change.id}: {change.what}", values)


def _unless_lapsed(value: Value | None, at: float) -> Value | None:
    return None if value and value.get("until", at + 1) <= at else value


def _conflict(change: Change, key: Key, changes: Sequence[Change]) -> CannotUndo:
    said = f"change {change.id} ({change.what}) cannot be undone:"
    later = next((each for each in changes if each.id > change.id and key in each.after), None)
    if later is None:
        return CannotUndo(f"{said} what it set is not there any more")
    if later.kind == "lapse":
        return CannotUndo(f"{said} it lapsed by itself at {moment(later.at)}")
    if later.undoes == change.id:
        return CannotUndo(f"{said} that was done by change {later.id}; undo {later.id} to redo it")
    if later.kind == "written":
        return CannotUndo(f"{said} {later.what}; change it there")
    return CannotUndo(
        f"{said} {later.who} has changed it again since; "
        f"undo {later.id} first ({later.what}), or set it anew"
    )
