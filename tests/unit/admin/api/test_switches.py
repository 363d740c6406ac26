"""vendors, purposes and subscriptions, as called."""

from pathlib import Path

from tests.support.backend import Admin, play


def test_a_vendor_is_switched(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        (before,) = (await admin.ask("GET", "vendors"))["vendors"]
        assert before == {
            "name": "xiaomi", "group": "default", "state": "on", "origin": "default",
            "names": 2, "change": None,
        }  # fmt: skip
        told = await admin.ask("POST", "vendors/xiaomi", {"state": "shadow"})
        assert told["what"] == "vendor xiaomi shadow"
        (after,) = (await admin.ask("GET", "vendors"))["vendors"]
        assert (after["state"], after["origin"], after["change"]) == ("shadow", "changed", 1)
        told = await admin.ask("POST", "vendors/xiaomy", {"state": "off"}, status=404)
        assert told["detail"] == "there is no vendor xiaomy; did you mean xiaomi?"

    play(tmp_path, scenario)


def test_a_purpose_is_switched_for_a_group(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await admin.ask("POST", "purposes/analytics", {"state": "off", "group": "default"})
        told = (await admin.ask("GET", "purposes"))["purposes"]
        states = {each["name"]: (each["state"], each["names"]) for each in told}
        assert states["analytics"] == ("off", 1)
        assert states["time"] == ("off", 0)
        assert len(states) == 17

    play(tmp_path, scenario)


def test_a_subscription_is_switched(tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("first.example\n")

    async def scenario(admin: Admin) -> None:
        await admin.ask("POST", "subscriptions/mine", {"state": "off"})
        assert admin.generations.current.groups[0]["blocking"]["lists"] == {"mine": "off"}
        told = await admin.ask("POST", "subscriptions/mien", {"state": "off"}, status=404)
        assert "did you mean mine" in told["detail"]

    listed = f"subscriptions: [{{name: mine, source: {names}, match: subtree}}]\n"
    play(tmp_path, scenario, extra=listed)


def test_the_body_says_what_and_the_path_of_whom(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        for body in ({}, {"state": "no"}, {"state": "on", "more": 1}):
            told = await admin.ask("POST", "vendors/xiaomi", body, status=422)
            assert [error["where"] for error in told["errors"]] == [
                "more" if "more" in body else "state"
            ]

    play(tmp_path, scenario)
