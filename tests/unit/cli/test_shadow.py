"""`blocker shadow` over the control socket."""

import json
from pathlib import Path

from blocker.core.row import Kind, Row
from tests.support.backend import Admin, now, play
from tests.unit.cli.test_rescue import PHONE, run

KIND = Kind("forwarded", "shadow", "curated", "lists/vendors/xiaomi.yaml", "tracking.miui.com",
            8, "xiaomi", "analytics", "none")  # fmt: skip
SHADOW = "blocking: {vendors: {xiaomi: shadow}}\n"


def row(name: str, client: str = PHONE, count: int = 1) -> Row:
    return Row(int(now()), client, name, 1, 0, KIND, count)


def test_whom_it_would_hit(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        assert "nobody so far" in (await run(admin, "shadow")).output
        admin.tell_rows(row("a.example", count=1_500), row("b.example", "192.168.1.21"))
        text = (await run(admin, "shadow")).output
        for words in (
            ("vendor xiaomi", PHONE, "1,500", "a.example"),
            ("192.168.1.21", "b.example"),
        ):
            assert any(all(word in line for word in words) for line in text.splitlines()), text

    play(tmp_path, scenario, extra=SHADOW)


def test_many_names_are_cut_short_and_their_number_is_not(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        admin.tell_rows(*(row(f"n{number}.example") for number in range(20)))
        assert "others (17)" in (await run(admin, "shadow")).output

    play(tmp_path, scenario, extra=SHADOW)


def test_with_nothing_in_shadow_it_says_how_to_begin(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        assert "blocker vendor NAME shadow" in (await run(admin, "shadow")).output
        admin.tell_rows(row("a.example"))
        assert "not any more" in (await run(admin, "shadow")).output

    play(tmp_path, scenario)


def test_json_and_one_client(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        admin.tell_rows(row("a.example", count=3), row("a.example", "192.168.1.21"))
        done = await run(admin, "shadow", "--json", "--client", "192.168.1.21")
        assert json.loads(done.output)["count"] == 1

    play(tmp_path, scenario, extra=SHADOW)
