"""Out and in again: the same, as one change, that can be undone."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from blocker.asked.present import NotPossible, Present, Unknown
from blocker.asked.settings import KINDS, Import, exported
from blocker.store import Edit, Key, Settings, Store
from blocker.store.settings import SWITCHES, Value
from tests.support.plans import generation

NOW = 1_764_000_000.0
MADE: dict[Key, Value | None] = {
    Key("rule", "ads.example"): {"action": "block", "note": "loud"},
    Key("rule", "=fine.example", "", "192.0.2.7"): {"action": "allow"},
    Key("rule", "old.example"): {"action": "remove"},
    Key("rule", "/^a+$/"): {"action": "block"},
    Key("temporary", "game.example"): {"action": "allow", "until": NOW + 60},
    Key("vendor", "xiaomi"): {"state": "off"},
    Key("purpose", "advertising", "default"): {"state": "shadow"},
    Key("pause"): {"until": NOW + 30.5},
    Key("device", "mac:02:00:5e:10:00:01"): {"name": "Anna's phone"},
    Key("member", "ip:192.0.2.7"): {"group": "default"},
}


def present(settings: Settings) -> Present:
    return Present(generation(), settings, NOW, vendors=["xiaomi"])


def stored(folder: Path, values: dict[Key, Value | None]) -> Settings:
    store = Store(folder)
    store.apply(Edit("made", values), "test", NOW)
    settings = store.settings()
    store.close()
    return settings


def document(settings: Settings) -> Import:
    text = Import(settings=exported(settings)).model_dump_json()
    return Import.model_validate_json(text, strict=True)


def test_what_is_exported_is_imported_as_it_was(tmp_path: Path) -> None:
    settings = stored(tmp_path, MADE)
    edit = document(settings).edit(present(Settings()))
    assert dict(edit.values) == MADE
    assert (edit.what, edit.kind) == ("import 10 settings", "import")


def test_what_does_not_stand_there_is_taken_away(tmp_path: Path) -> None:
    settings = stored(tmp_path, MADE)
    edit = Import(settings=[]).edit(present(settings))
    assert dict(edit.values) == dict.fromkeys(MADE)


def test_what_has_lapsed_is_left_out(tmp_path: Path) -> None:
    key = Key("temporary", "game.example")
    wish = document(stored(tmp_path, {key: {"action": "allow", "until": NOW - 1}}))
    assert len(wish.settings) == 1
    assert dict(wish.edit(present(Settings())).values) == {}


def test_every_kind_of_setting_is_exported() -> None:
    assert set(KINDS) == {"rule", "temporary", "pause", "device", "member", *SWITCHES}


@pytest.mark.parametrize(
    "setting, said",
    [
        ({"kind": "vendor", "name": "xiaomy", "state": "on"}, "there is no vendor xiaomy"),
        ({"kind": "pause", "until": "2099-01-01T00:00:00Z", "group": "x"}, "there is no group x"),
    ],
)
def test_what_is_not_known_here_is_told(setting: dict[str, str], said: str) -> None:
    with pytest.raises(Unknown, match=said):
        Import.model_validate({"settings": [setting]}).edit(present(Settings()))


def test_nothing_stands_there_twice() -> None:
    twice = [
        {"kind": "rule", "name": name, "action": action}
        for name, action in (("A.example", "allow"), ("a.example.", "block"))
    ]
    with pytest.raises(NotPossible, match=r"rule a\.example stands there twice"):
        Import.model_validate({"settings": twice}).edit(present(Settings()))


@pytest.mark.parametrize(
    "setting",
    [
        {"kind": "list", "name": "own", "text": "x"},
        {"kind": "rule", "name": "a..b", "action": "block"},
        {"kind": "rule", "name": "a\nb", "action": "block"},
        {"kind": "rule", "name": "a.example", "action": "run"},
        {"kind": "pause"},
        {"kind": "vendor", "name": "xiaomi", "state": "on", "file": "/etc/passwd"},
    ],
)
def test_what_is_no_setting(setting: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Import.model_validate({"settings": [setting]})
