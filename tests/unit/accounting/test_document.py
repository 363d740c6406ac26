"""A report as plain values."""

import json
from pathlib import Path

from blocker.accounting.document import called, document, moment, whose
from tests.support.logrows import MONDAY, Stored
from tests.unit.accounting.test_report import log, made

__all__ = ["log"]


def test_all_of_it_is_json(log: Stored) -> None:
    told = json.loads(json.dumps(document(made(log))))
    assert told["since"] == "2026-11-23T00:00:00+00:00"
    assert told["total"]["attempts"] == 15
    xiaomi = told["vendors"][0]
    assert (xiaomi["vendor"], xiaomi["title"], xiaomi["jurisdiction"]) == ("xiaomi", "Xiaomi", "CN")
    assert xiaomi["sources"] == [{"title": "a source", "url": "https://example.org/"}]
    assert xiaomi["amplification"] is None
    assert sum(each["attempts"] for each in xiaomi["purposes"]) == xiaomi["attempts"] == 8
    assert {each["vendor"] for each in told["accounts"]} == {"xiaomi", "oppo", "subscription"}


def test_what_stands_for_no_maker_says_so(log: Stored) -> None:
    told = document(made(log))
    assert {each["vendor"]: each["is_maker"] for each in told["vendors"]} == {
        "xiaomi": True, "oppo": True, "subscription": False,
    }  # fmt: skip
    assert whose(told) == {
        "xiaomi": "xiaomi", "oppo": "oppo", "subscription": "subscribed lists",
    }  # fmt: skip


def test_never_is_null(tmp_path: Path) -> None:
    assert moment(0) is None
    assert moment(MONDAY) == "2026-11-23T00:00:00+00:00"
    assert document(made(Stored(tmp_path)))["total"]["first"] is None


def test_a_device_is_shown_as_the_user_calls_it(log: Stored) -> None:
    key = document(made(log))["accounts"][0]["device"]
    told = document(made(log), {key: "Anna's phone"})
    assert called(told["accounts"][0]) == "Anna's phone"
    assert {called(each) for each in told["accounts"] if each["device"] != key} == {
        each["device"] for each in told["accounts"] if each["device"] != key
    }
