"""GET shadow: what is in shadow, and whom it would hit."""

from pathlib import Path
from typing import Any

from blocker.core.row import Kind, Row
from tests.support.backend import Admin, play

ANALYTICS = Kind("forwarded", "shadow", "curated", "lists/vendors/xiaomi.yaml",
                 "tracking.miui.com", 9, "xiaomi", "analytics", "none")  # fmt: skip
PHONE, TV = "192.168.1.20", "192.168.1.21"
SHADOW = "blocking: {vendors: {xiaomi: shadow}}\n"


def row(client: str, count: int, second: int = 1_700_000_000) -> Row:
    return Row(second, client, "tracking.miui.com", 1, 0, ANALYTICS, count)


def test_what_is_in_shadow_and_was_not_hit_is_shown_too(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        told = await admin.ask("GET", "shadow")
        assert (told["count"], told["earlier"]) == (0, [])
        ((shown),) = told["in_shadow"]
        assert (shown["kind"], shown["name"], shown["groups"]) == ("vendor", "xiaomi", ["default"])
        assert (shown["count"], shown["last"], shown["clients"]) == (0, None, [])

    play(tmp_path, scenario, extra=SHADOW)


def test_whom_it_would_hit(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        admin.tell_rows(row(PHONE, 5), row(TV, 7, 1_700_000_060))
        (shown,) = (await admin.ask("GET", "shadow"))["in_shadow"]
        assert (shown["count"], shown["last"]) == (12, "2023-11-14T22:14:20Z")
        assert [(each["client"], each["count"]) for each in shown["clients"]] == [
            (TV, 7),
            (PHONE, 5),
        ]
        assert shown["clients"][0]["names"] == [{"name": "tracking.miui.com", "count": 7}]
        told = await admin.ask("GET", f"shadow?client={PHONE}")
        assert told["count"] == 5

    play(tmp_path, scenario, extra=SHADOW)


def test_what_was_in_shadow_before_is_told_apart(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        admin.tell_rows(row(PHONE, 5))
        told: Any = await admin.ask("GET", "shadow")
        assert (told["in_shadow"], told["count"]) == ([], 5)
        assert [each["client"] for each in told["earlier"]] == [PHONE]

    play(tmp_path, scenario)


def test_what_is_no_client_is_refused(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await admin.ask("GET", "shadow?client=phone", status=422)

    play(tmp_path, scenario)
