"""What a rescue asks for, as edits of the settings."""

import pytest

from blocker.asked.present import NotPossible, Present
from blocker.asked.rescue import Keep, Lapse, Rescued, pending
from blocker.store import Key, Setting, Settings
from tests.support.plans import GENERATION

PHONE, TV = "192.168.1.20", "192.168.1.21"
NOW = 1_000.0


def allowed(
    name: str, client: str = PHONE, until: float = 1_600.0, note: str = "rescue"
) -> Setting:
    value = {"action": "allow", "until": until, "note": note}
    return Setting(Key("temporary", name, "", client), value, 1, 500.0, "ann")


def present(*settings: Setting) -> Present:
    return Present(GENERATION, Settings(settings, 1), NOW)


def test_names_are_allowed_for_one_client_for_half_an_hour() -> None:
    edit = Rescued.model_validate({"client": PHONE, "names": ["=A.example"]}).edit(present())
    assert edit.values == {
        Key("temporary", "=a.example", "", PHONE): {
            "action": "allow", "until": NOW + 1_800, "note": "rescue",
        }
    }  # fmt: skip


def test_pending_is_what_a_rescue_of_this_client_allows_now() -> None:
    wanted = allowed("a.example")
    others = (
        allowed("b.example", TV),
        allowed("c.example", until=NOW),
        allowed("d.example", note="by hand"),
    )
    assert list(pending(present(wanted, *others), PHONE)) == [wanted]


def test_keep_turns_what_is_for_a_while_into_what_is_for_good() -> None:
    edit = Keep(client=PHONE).edit(present(allowed("a.example"), allowed("b.example", TV)))
    assert edit.values == {
        Key("temporary", "a.example", "", PHONE): None,
        Key("rule", "a.example", "", PHONE): {"action": "allow", "note": "rescue"},
    }


def test_lapse_takes_away_what_is_named() -> None:
    now = present(allowed("a.example"), allowed("b.example"))
    edit = Lapse(client=PHONE, names=["B.example"]).edit(now)
    assert edit.values == {Key("temporary", "b.example", "", PHONE): None}
    assert edit.what == "lapse b.example for 192.168.1.20 (rescue)"


@pytest.mark.parametrize("asked", [Keep, Lapse])
def test_with_nothing_pending_it_says_how_to_begin(asked: type[Keep] | type[Lapse]) -> None:
    with pytest.raises(NotPossible, match=f"blocker rescue --client {TV}"):
        asked(client=TV).edit(present(allowed("a.example")))
