"""Keys, sentences and lapses: the plain values of the store."""

import pytest

from blocker.store import Change, Key, Setting, Settings
from blocker.store.settings import as_plain, canonical, moment, scope, sentence


def setting(key: Key, change: int = 1, **value: object) -> Setting:
    return Setting(key, value, change, at=0, who="me")


def test_a_key_is_what_it_was_encoded_from() -> None:
    for key in (Key("pause"), Key("rule", "ü.example", "k,i]ds"), Key("rule", '/a"b/', "", "::1")):
        assert Key.decode(key.encode()) == key


@pytest.mark.parametrize("text", ['["nonsense", "", "", ""]', '["rule"]', "{", "3", "[1, 2]"])
def test_what_is_no_key(text: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        Key.decode(text)


@pytest.mark.parametrize(
    "text, form",
    [
        ("Example.ORG.", "example.org"),
        ("=Example.org", "=example.org"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("/A[0-9]/", "/A[0-9]/"),
        ("not..a.NAME", "not..a.name"),
    ],
)
def test_one_form_for_all_the_ways_to_write_a_rule(text: str, form: str) -> None:
    assert canonical(text) == form
    assert canonical(form) == form


def test_settings_are_said_in_words() -> None:
    until = {"until": 1_800_000_000.0}
    for key, value, said in (
        (Key("rule", "a.example"), {"action": "allow"}, "allow a.example"),
        (Key("rule", "a", "kids"), {"action": "block"}, "block a for the group kids"),
        (Key("rule", "a", client="::1"), {"action": "block"}, "block a for ::1"),
        (
            Key("rule", "a"),
            {"action": "remove"},
            "leave out the configuration's rules on a",
        ),
        (Key("vendor", "xiaomi", "kids"), {"state": "off"}, "vendor xiaomi off for the group kids"),
        (Key("pause"), until, f"pause until {moment(1_800_000_000)}"),
    ):
        assert sentence(key, value) == said
        assert str(setting(key, **value)) == said
    assert scope(Key("pause")) == ""


def test_what_has_an_end_lapses() -> None:
    early, late = (setting(Key("temporary", name), until=at) for name, at in (("a", 5), ("b", 9)))
    settings = Settings((setting(Key("rule", "c"), action="block"), late, early))
    assert settings.next_lapse() == 5
    assert [each.key.subject for each in settings.in_force(5)] == ["c", "b"]
    assert early.has_lapsed(5)
    assert not early.has_lapsed(4.9)
    assert Settings().next_lapse() is None
    assert len(settings) == 3


def test_settings_after_a_change() -> None:
    a, b = Key("rule", "a"), Key("rule", "b")
    settings = Settings((setting(a, action="block"), setting(b, action="block")), last=1)
    after = settings.after(Change(2, 5.0, "you", "w", after={a: {"action": "allow"}, b: None}))
    assert list(after) == [Setting(a, {"action": "allow"}, 2, 5.0, "you")]
    assert after.last == 2
    assert len(settings) == 2


def test_a_change_as_json_can_say_it() -> None:
    key = Key("vendor", "xiaomi", "kids")
    change = Change(3, 1.5, "me", "w", "undo", 2, {key: None}, {key: {"state": "off"}})
    assert as_plain(change) == {
        "id": 3, "at": 1.5, "who": "me", "what": "w", "kind": "undo", "undoes": 2,
        "settings": [
            {
                "kind": "vendor", "subject": "xiaomi", "group": "kids", "client": None,
                "before": None, "after": {"state": "off"},
            },
        ],
    }  # fmt: skip
