"""Which change is undone, what that comes to, and why not."""

from typing import Any

import pytest

from blocker.store import Change, Key, Setting, Settings
from blocker.store.history import CannotUndo, inverse, origin, undone

A, B = Key("rule", "a"), Key("rule", "b")
ON, OFF = {"action": "block"}, {"action": "allow"}


def change(number: int, after: dict[Key, Any], **fields: Any) -> Change:
    before = fields.pop("before", dict.fromkeys(after))
    return Change(number, 100.0, "you", f"step {number}", before=before, after=after, **fields)


def settings(**values: Any) -> Settings:
    keys = {"a": A, "b": B}
    return Settings(tuple(Setting(keys[name], value, 1, 0, "me") for name, value in values.items()))


def test_the_last_that_still_holds() -> None:
    history = [
        change(6, {Key("list", "xiaomi"): {"text": ""}}, kind="edit"),
        change(5, {}, kind="written"),
        change(4, {A: None}, kind="lapse"),
        change(3, {A: None}, kind="undo", undoes=2),
        change(2, {A: ON}),
        change(1, {B: ON}),
    ]
    assert undone(None, history).id == 1
    assert undone(2, history).id == 2
    assert undone(3, history).id == 3
    with pytest.raises(CannotUndo, match="change 4 was no decision: step 4"):
        undone(4, history)
    with pytest.raises(CannotUndo, match="change 6 is of a file: step 6; edit it again"):
        undone(6, history)
    with pytest.raises(CannotUndo, match="there is no change 9; see `blocker audit`"):
        undone(9, history)
    with pytest.raises(CannotUndo, match="nothing was changed"):
        undone(None, [])


def test_an_import_is_undone_as_any_change() -> None:
    history = [change(2, {A: ON}, kind="import"), change(1, {B: ON})]
    assert undone(None, history).id == undone(2, history).id == 2


def test_what_an_undo_goes_back_to() -> None:
    redo = change(3, {A: ON}, kind="undo", undoes=2)
    taken_back = change(2, {A: None}, kind="undo", undoes=1)
    first, other = change(1, {A: ON}, kind="import"), change(4, {B: ON})
    history = [other, redo, taken_back, first]
    assert origin(redo, history) == origin(taken_back, history) == origin(first, history) == first
    assert origin(other, history) == other


def test_the_inverse_is_what_was_before() -> None:
    step = change(2, {A: OFF, B: ON}, before={A: ON, B: None})
    edit = inverse(step, settings(a=OFF, b=ON), [step], 0)
    assert edit.values == {A: ON, B: None}
    assert edit.what == "undo of 2: step 2"


@pytest.mark.parametrize(
    "later, why",
    [
        (change(2, {A: OFF}), r"you has changed it again since; undo 2 first \(step 2\)"),
        (change(2, {A: None}, kind="undo", undoes=1), "done by change 2; undo 2 to redo it"),
        (change(2, {A: None}, kind="lapse"), "it lapsed by itself at"),
        (change(2, {A: None}, kind="written"), "step 2; change it there"),
        (change(2, {B: ON}), "what it set is not there any more"),
    ],
)
def test_what_was_changed_since_is_not_undone(later: Change, why: str) -> None:
    step = change(1, {A: ON})
    with pytest.raises(CannotUndo, match=why):
        inverse(step, settings(), [later, step], 0)


def test_what_has_ended_meanwhile_does_not_come_back() -> None:
    step = change(1, {A: None}, before={A: {**ON, "until": 50}})
    assert inverse(step, settings(), [step], 49).values == {A: {**ON, "until": 50}}
    with pytest.raises(CannotUndo, match="nothing left to undo"):
        inverse(step, settings(), [step], 50)
