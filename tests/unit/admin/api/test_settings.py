"""settings: exported, imported as one change, and undone as one."""

from pathlib import Path

from tests.support.backend import Admin, play


def test_out_and_in_again_is_one_change(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await admin.ask("POST", "rules", {"action": "block", "name": ["ads.example", "b.example"]})
        await admin.ask("POST", "vendors/xiaomi", {"state": "off"})
        kept = await admin.ask("GET", "settings")
        assert [each["name"] for each in kept["settings"]] == [
            "ads.example",
            "b.example",
            "xiaomi",
        ]
        assert (await admin.ask("PUT", "settings", kept))["change"] is None
        emptied = await admin.ask("PUT", "settings", {"settings": []})
        assert await admin.ask("GET", "settings") == {"settings": []}
        assert admin.generations.current.rules == []
        await admin.ask("POST", "undo", {"id": emptied["change"]})
        restored = await admin.ask("GET", "settings")
        assert sorted(map(str, restored["settings"])) == sorted(map(str, kept["settings"]))
        (last, *_) = (await admin.ask("GET", "audit"))["changes"]
        assert (last["who"], len(last["settings"])) == ("tester", 3)

    play(tmp_path, scenario)


def test_one_wrong_setting_and_nothing_changes(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await admin.ask("POST", "rules", {"action": "block", "name": "ads.example"})
        kept = await admin.ask("GET", "settings")
        wrong = {"kind": "vendor", "name": "nobody", "group": None, "state": "on"}
        await admin.ask("PUT", "settings", {"settings": [wrong]}, status=404)
        await admin.ask("PUT", "settings", {}, status=422)
        assert await admin.ask("GET", "settings") == kept

    play(tmp_path, scenario)
