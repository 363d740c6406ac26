"""An explanation as a line of JSON."""

import json

from blocker.core.view import View
from blocker.explain import explain
from tests.support.rules import entry, policy

PROMISED = {
    *("name", "type", "client", "group", "action", "layer", "rule", "vendor", "product"),
    *("purpose", "breakage", "evidence", "answer"),
}


def test_one_line_with_all_that_is_promised() -> None:
    blocked = policy(entry("mistat.example", product="Mi Stats", evidence=("paper",), line=7))
    line = explain(View(blocked), "a.mistat.example").as_json()
    assert "\n" not in line
    said = json.loads(line)
    assert set(said) >= PROMISED
    assert said["rule"] == {
        "text": "mistat.example",
        "list": "lists/vendors/xiaomi.yaml",
        "line": 7,
    }
    assert said["answer"] == {"rcode": "NOERROR", "records": ["0.0.0.0"], "ttl": 30}
    assert said["evidence"] == [{"key": "paper", "title": "", "url": ""}]


def test_what_there_is_nothing_to_say_of_is_null() -> None:
    said = json.loads(explain(View(policy()), "example.org").as_json())
    nothing = [key for key in PROMISED if said[key] is None]
    assert sorted(nothing) == sorted(
        ("client", "layer", "rule", "vendor", "product", "purpose", "breakage", "answer")
    )
    assert (said["group"], said["action"], said["evidence"]) == ("default", "pass", [])
