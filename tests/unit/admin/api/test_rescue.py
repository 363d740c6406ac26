"""rescue: what was blocked for a client, allowed for a while, then kept or given up."""

from pathlib import Path
from typing import Any

from blocker.core.row import Kind, Row
from tests.support.backend import Admin, now, play

LIST = "lists/vendors/xiaomi.yaml"
ANALYTICS = Kind("blocked", "block", "curated", LIST, "tracking.miui.com", 8, "xiaomi",
                 "analytics", "none")  # fmt: skip
ACCOUNT = Kind("blocked", "block", "curated", LIST, "account.xiaomi.com", 13, "xiaomi",
               "account", "major")  # fmt: skip
PHONE, TV = "192.168.1.20", "192.168.1.21"


def row(
    name: str, kind: Kind = ANALYTICS, client: str = PHONE, count: int = 1, ago: int = 90
) -> Row:
    return Row(int(now()) - ago, client, name, 1, 0, kind, count)


async def rescued(admin: Admin, client: str = PHONE) -> Any:
    return await admin.ask("GET", f"rescue?client={client}")


async def see(admin: Admin) -> None:
    admin.backend.recent._since = 0  # as if admin had run for long
    admin.tell_rows(
        row("tracking.miui.com", count=4),
        row("account.xiaomi.com", ACCOUNT, count=2),
        row("tracking.miui.com", client=TV),
        row("tracking.miui.com", ago=700),
    )


def test_what_was_blocked_with_what_the_lists_know_of_it(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await see(admin)
        told = await rescued(admin)
        assert (told["client"], told["blocked"], told["complete"]) == (PHONE, 6, True)
        assert told["vendors"] == [{"name": "xiaomi", "count": 6, "names": 2}]
        assert [each["name"] for each in told["breakages"]] == ["none", "major"]
        likely, other = told["suspects"]
        assert (likely["rule"]["text"], likely["breaks"]) == ("account.xiaomi.com", "sign-in")
        assert (likely["likely"], likely["allowed"]) == (True, False)
        assert likely["evidence"] == [
            {"key": "paper", "title": "P", "url": "https://example.org/p"}
        ]
        assert likely["names"][0]["count"] == 2
        assert (other["product"], other["count"]) == ("MIUI", 4)
        assert told["proposal"] == ["=account.xiaomi.com"]
        assert told["pending"] == told["also"] == []
        assert (await rescued(admin, TV))["blocked"] == 1

    play(tmp_path, scenario)


def test_what_is_not_known_is_said(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        assert not (await rescued(admin))["complete"]

    play(tmp_path, scenario)


def test_the_proposal_is_allowed_for_the_client_for_a_while(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await see(admin)
        made = await admin.ask("POST", "rescue", {"client": PHONE})
        assert made["generation"] == admin.generations.current.number
        (rule,) = admin.generations.current.rules
        assert (rule["action"], rule["text"], rule["client"]) == (
            "allow", "=account.xiaomi.com", PHONE,
        )  # fmt: skip
        assert 1_790 < rule["until"] - now() <= 1_800
        told = await rescued(admin)
        assert [each["name"] for each in told["pending"]] == ["=account.xiaomi.com"]
        assert [each["allowed"] for each in told["suspects"]] == [True, False]
        assert told["proposal"] == ["=tracking.miui.com"], "what is left"
        assert (await rescued(admin, TV))["pending"] == []

    play(tmp_path, scenario)


def test_names_of_ones_own_choice(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        body = {"client": PHONE, "names": ["tracking.miui.com"], "for": "2h"}
        await admin.ask("POST", "rescue", body)
        (rule,) = admin.generations.current.rules
        assert rule["text"] == "tracking.miui.com"
        assert rule["until"] - now() > 7_000

    play(tmp_path, scenario)


def test_with_nothing_blocked_there_is_nothing_to_allow(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        told = await admin.ask("POST", "rescue", {"client": PHONE}, status=409)
        assert "nothing was blocked for 192.168.1.20" in told["detail"]

    play(tmp_path, scenario)


def test_keep_is_for_good(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        body = {"client": PHONE, "names": ["a.example", "=b.example"]}
        await admin.ask("POST", "rescue", body)
        await admin.ask("POST", "rescue/keep", {"client": PHONE, "names": "a.example"})
        rules = {rule["text"]: "until" in rule for rule in admin.generations.current.rules}
        assert rules == {"a.example": False, "=b.example": True}
        assert [each["name"] for each in (await rescued(admin))["pending"]] == ["=b.example"]
        await admin.ask("POST", "rescue/keep", {"client": PHONE})
        assert not any("until" in rule for rule in admin.generations.current.rules)
        told = await admin.ask("POST", "rescue/keep", {"client": PHONE}, status=409)
        assert "blocker rescue --client 192.168.1.20" in told["detail"]

    play(tmp_path, scenario)


def test_lapse_is_at_once_and_only_of_a_rescue(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await admin.ask("POST", "allowances", {"name": "c.example", "for": "1h", "client": PHONE})
        for client in (PHONE, TV):
            await admin.ask("POST", "rescue", {"client": client, "names": "a.example"})
        await admin.ask("POST", "rescue/lapse", {"client": PHONE})
        left = [(rule["text"], rule.get("client")) for rule in admin.generations.current.rules]
        assert sorted(left) == [("a.example", TV), ("c.example", PHONE)]

    play(tmp_path, scenario)


def test_who_did_what_stands_in_the_audit(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await admin.ask("POST", "rescue", {"client": PHONE, "names": "a.example"})
        await admin.ask("POST", "rescue/keep", {"client": PHONE})
        kept, allowed = admin.generations.store.changes()
        assert (allowed.who, kept.who) == ("tester", "tester")
        assert allowed.what == "allow a.example for 192.168.1.20 for 30m (rescue)"
        assert kept.what == "keep a.example for 192.168.1.20 (rescue)"

    play(tmp_path, scenario)


def test_what_makes_no_sense_is_refused(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await admin.ask("GET", "rescue", status=422)
        await admin.ask("GET", f"rescue?client={PHONE}&minutes=0", status=422)
        await admin.ask("GET", "rescue?client=phone", status=422)
        for body in (
            {"client": PHONE, "names": ["||a^"]},
            {"client": PHONE, "names": []},
            {"client": PHONE, "for": "soon"},
            {"names": ["a.example"]},
        ):
            await admin.ask("POST", "rescue", body, status=422)
        assert admin.generations.current.rules == []

    play(tmp_path, scenario)
