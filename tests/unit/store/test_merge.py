"""Settings said in the words of the configuration; and what it has no words for."""

from typing import Any

from blocker.store import Key, Setting
from blocker.store.merge import merged


def setting(key: Key, **value: Any) -> Setting:
    return Setting(key, value, 1, 0, "me")


def merge(written: dict[str, Any], *settings: Setting) -> dict[str, Any]:
    value, keys = merged(written, settings)
    assert keys == [each.key for each in settings]
    return value


def test_rules_take_the_place_of_what_they_contradict() -> None:
    written = {"rules": {"block": ["A.example", "=b.example", "c"], "allow": None}}
    value = merge(
        written,
        setting(Key("rule", "a.example"), action="allow"),
        setting(Key("rule", "b.example"), action="allow"),
        setting(Key("rule", "c"), action="block"),
        setting(Key("rule", "=d"), action="block"),
    )
    assert value == {"rules": {"block": ["c", "=d"], "allow": ["a.example", "b.example"]}}
    assert written["rules"]["allow"] is None, "what was read stays as it was"


def test_rules_are_removed() -> None:
    written = {"rules": {"block": ["a", "b"]}}
    assert merge(written, setting(Key("rule", "a"), action="remove")) == {"rules": {"block": ["b"]}}


def test_a_group_has_its_own() -> None:
    written = {"groups": [{"name": "lab"}, {"name": "kids", "rules": {"allow": ["a"]}}]}
    value = merge(
        written,
        setting(Key("rule", "a", "kids"), action="block"),
        setting(Key("vendor", "xiaomi", "lab"), state="off"),
        setting(Key("subscription", "oisd", "lab"), state="shadow"),
    )
    assert value["groups"] == [
        {
            "name": "lab",
            "blocking": {"vendors": {"xiaomi": "off"}},
            "subscriptions": {"oisd": "shadow"},
        },
        {"name": "kids", "rules": {"allow": [], "block": ["a"]}},
    ]


def test_switches() -> None:
    written = {
        "blocking": {
            "vendors": {"xiaomi": {"purposes": ["push"]}, "oppo": "off"},
            "purposes": None,
        },
        "subscriptions": [{"name": "oisd", "source": "x"}],
    }
    value = merge(
        written,
        setting(Key("vendor", "xiaomi"), state="shadow"),
        setting(Key("vendor", "oppo"), state="on"),
        setting(Key("purpose", "push"), state="off"),
        setting(Key("subscription", "oisd"), state="off"),
    )
    assert value["blocking"] == {
        "vendors": {"xiaomi": {"purposes": ["push"], "state": "shadow"}, "oppo": "on"},
        "purposes": {"push": "off"},
    }
    assert value["subscriptions"][0]["state"] == "off"


def test_what_a_configuration_cannot_say_stays() -> None:
    stay = (
        setting(Key("temporary", "a"), action="allow", until=5.0),
        setting(Key("pause"), until=5.0),
        setting(Key("rule", "a", client="192.0.2.1"), action="block"),
        setting(Key("rule", "a", "nobody"), action="block"),
        setting(Key("subscription", "gone"), state="off"),
    )
    assert merged({}, stay) == ({}, [])


def test_a_device_is_written_to_its_group() -> None:
    written = {
        "groups": [
            {"name": "kids", "clients": ["2:0:5e:10:0:1", "0200.5e10.0001", "192.0.2.0/24"]},
            {"name": "lab", "clients": ["192.0.2.9"]},
        ]
    }
    value = merge(written, setting(Key("member", "mac:02:00:5e:10:00:01"), group="lab"))
    assert [each["clients"] for each in value["groups"]] == [
        ["192.0.2.0/24"],
        ["192.0.2.9", "02:00:5e:10:00:01"],
    ]
    for key, stays in (
        ("ip:192.0.2.9", setting(Key("member", "ip:192.0.2.9"), group="kids")),
        ("in default", setting(Key("member", "ip:192.0.2.7"), group="default")),
        ("its name", setting(Key("device", "ip:192.0.2.7"), name="TV")),
    ):
        assert merged(written, [stays]) == (written, []), key
