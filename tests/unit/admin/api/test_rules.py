"""rules and allowances, as called."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.backend import Admin, play

CONFIGURED = "rules: {block: [ads.example], allow: [fine.example]}\n"


async def names(admin: Admin, path: str = "rules") -> list[tuple[str, str, str]]:
    told = await admin.ask("GET", path)
    return [(rule["action"], rule["name"], rule["origin"]) for rule in told["rules"]]


def test_of_the_configuration_and_changed(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await admin.ask("POST", "rules", {"action": "allow", "name": ["Ads.example", "=b.example"]})
        assert await names(admin) == [
            ("allow", "ads.example", "changed"),
            ("allow", "=b.example", "changed"),
            ("allow", "fine.example", "config"),
        ]
        (configured,) = (
            rule
            for rule in (await admin.ask("GET", "rules"))["rules"]
            if rule["origin"] == "config"
        )
        assert configured["place"] == f"{admin.config}:4"
        assert configured["change"] is None

    play(tmp_path, scenario, extra=CONFIGURED)


def test_an_allowance_has_an_end(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        asked = {"name": "ads.example", "for": "30m", "client": "192.0.2.7", "note": "shop"}
        await admin.ask("POST", "allowances", asked)
        await admin.ask("POST", "rules", {"action": "block", "name": "c.example", "for": "5m"})
        (rule,) = (await admin.ask("GET", "allowances"))["rules"]
        assert (rule["client"], rule["note"], rule["group"]) == ("192.0.2.7", "shop", None)
        assert rule["until"].endswith("Z")
        assert len(await names(admin)) == 4

    play(tmp_path, scenario, extra=CONFIGURED)


def test_a_rule_is_taken_back_by_id_or_name(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await admin.ask("POST", "rules", {"action": "block", "name": "/^x[0-9]+\\//"})
        for rule in (await admin.ask("GET", "rules"))["rules"][:2]:
            await admin.ask("DELETE", f"rules/{rule['id']}")
        assert len(await names(admin)) == 1
        await admin.ask("DELETE", "rules/fine.example?group=default", status=404)
        for rule in (await admin.ask("GET", "rules"))["rules"]:
            await admin.ask("DELETE", f"rules/{rule['id']}")
        assert await names(admin) == []
        told = await admin.ask("DELETE", "rules/ads.example", status=404)
        assert "no rule in force is ads.example" in told["detail"]

    play(tmp_path, scenario, extra=CONFIGURED)


@pytest.mark.parametrize(
    "body, faults",
    [
        ({}, {"action", "name"}),
        ({"action": "deny", "name": "a..b", "for": "5", "x": 1}, {"action", "name.0", "for", "x"}),
        ({"action": "block", "name": ["a.example", "b c"]}, {"name.1"}),
        ({"action": "block", "name": "a", "client": "phone"}, {"client"}),
    ],
)
def test_every_fault_of_a_body_is_told(tmp_path: Path, body: Any, faults: set[str]) -> None:
    async def scenario(admin: Admin) -> None:
        told = await admin.ask("POST", "rules", body, status=422)
        assert {error["where"] for error in told["errors"]} == faults
        assert await names(admin) == []

    play(tmp_path, scenario)


def test_a_group_that_is_not_there(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        body = {"action": "block", "name": "a", "group": "defualt"}
        told = await admin.ask("POST", "rules", body, status=404)
        assert told["detail"] == "there is no group defualt; did you mean default?"

    play(tmp_path, scenario)
