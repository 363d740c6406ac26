"""tokens: made, shown without what they are, and revoked at once."""

from pathlib import Path

from tests.support.backend import Admin, play


def test_a_token_is_made_used_shown_and_revoked(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        given = await admin.ask("POST", "tokens", {"name": "phone", "scope": "rules"})
        assert (given["name"], given["scope"], given["last_used"]) == ("phone", "rules", None)
        headers = {"Authorization": f"Bearer {given['token']}"}
        assert (await admin.client.get("/api/v1/status", headers=headers)).status == 200
        assert (await admin.client.get("/api/v1/tokens", headers=headers)).status == 403
        told = await admin.ask("GET", "tokens")
        shown = {each["name"]: each for each in told["tokens"]}
        assert set(shown) == {"phone", "tester"}
        assert set(shown["phone"]) == {"name", "scope", "created", "last_used"}
        assert shown["phone"]["last_used"] >= shown["phone"]["created"]
        assert (await admin.ask("DELETE", "tokens/phone"))["name"] == "phone"
        assert (await admin.client.get("/api/v1/status", headers=headers)).status == 401

    play(tmp_path, scenario)


def test_what_cannot_be_a_token(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        for name, scope in (("a b", "read"), ("a\n", "read"), ("a", "root"), (5, "read")):
            told = await admin.ask("POST", "tokens", {"name": name, "scope": scope}, status=422)
            assert "does not fit" in told["detail"]
            if name == "a b":
                (error,) = told["errors"]
                assert error["what"].startswith("a token's name has 1 to 64 letters")
        taken = {"name": "tester", "scope": "read"}
        told = await admin.ask("POST", "tokens", taken, status=409)
        assert "there is a token tester already" in told["detail"]
        told = await admin.ask("DELETE", "tokens/nobody", status=404)
        assert told["detail"] == "there is no token nobody; tokens: tester"

    play(tmp_path, scenario)
