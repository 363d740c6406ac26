"""groups, as called."""

from pathlib import Path

from tests.support.backend import Admin, play

GROUPS = """groups:
  - name: kids
    clients: [192.0.2.0/24]
    schedule: [{from: "20:00", to: "06:00", timezone: UTC}]
    blocking: {vendors: {xiaomi: off}, purposes: {push: on}}
    rules: {block: [games.example]}
"""


def test_each_group_and_what_it_blocks(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        default, kids = (await admin.ask("GET", "groups"))["groups"]
        assert (default["name"], default["clients"], default["schedule"]) == ("default", [], [])
        assert kids["clients"] == [{"client": "192.0.2.0/24", "name": "", "changed": False}]
        assert kids["vendors"]["xiaomi"] == "off"
        assert kids["purposes"]["push"] == "on"
        assert (kids["rules"], len(kids["schedule"])) == (1, 1)
        assert await admin.ask("GET", "groups/kids") == kids
        told = await admin.ask("GET", "groups/kid", status=404)
        assert told["detail"] == "there is no group kid; did you mean kids?"

    play(tmp_path, scenario, extra=f"query_log: off\n{GROUPS}")
