"""Pauses of all and of a group, and their end."""

from blocker.asked.pause import Pause, Resume
from blocker.store import Edit, Key
from tests.support.asked import NOW, present

ALL, KIDS = Key("pause"), Key("pause", group="kids")


def test_a_pause_has_an_end() -> None:
    asked = Pause.model_validate({"for": "10m", "group": "kids"})
    said = "pause for the group kids for 10m"
    assert asked.edit(present()) == Edit(said, {KIDS: {"until": NOW + 600}})


def test_resuming_ends_every_pause_or_that_of_a_group() -> None:
    now = present((ALL, {"until": NOW + 5}), (KIDS, {"until": NOW + 5}))
    assert Resume().edit(now) == Edit("resume", {ALL: None, KIDS: None})
    assert Resume(group="kids").edit(now) == Edit("resume for the group kids", {KIDS: None})
    assert Resume().edit(present()).values == {}
