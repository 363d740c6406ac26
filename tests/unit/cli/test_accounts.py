"""`blocker report`: tables, a page, a sheet and JSON; also from the log that a server has left."""

import json
from pathlib import Path

from typer.testing import CliRunner

from blocker.cli import app
from blocker.core.row import Kind, Row
from tests.support.backend import Admin, now, play
from tests.support.logrows import Stored, row
from tests.unit.admin.api.test_queries import stored
from tests.unit.cli.test_rescue import PHONE, run

BLOCKED = Kind("blocked", "block", "curated", "lists/vendors/xiaomi.yaml", "tracking.miui.com",
               8, "xiaomi", "analytics", "none")  # fmt: skip
OWN = Kind("blocked", "block", "user", "blocker.yaml", "ads.example", 4)


def test_tables_a_page_a_sheet_and_json(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        rows = [
            Row(int(now()), PHONE, "tracking.miui.com", 1, 0, BLOCKED, 1_234),
            Row(int(now()), PHONE, "ads.example", 1, 0, OWN, 55),
        ]
        await stored(admin, rows)
        text = (await run(admin, "report")).output
        for words in (("Xiaomi", "1,234", "analytics"), (PHONE, "xiaomi", "1,234")):
            assert any(all(word in line for word in words) for line in text.splitlines()), text
        makers, _, others = text.partition("of no maker")
        assert "your own rules" not in makers
        (line,) = [line for line in others.splitlines() if line.strip().startswith("your own")]
        assert "55" in line
        assert any("your own rules" in line for line in others.splitlines() if PHONE in line)
        assert "by whole hours" in text.splitlines()[0]
        told = json.loads((await run(admin, "report", "--since", "1h", "--json")).output)
        assert told["total"]["blocked"] == 1_289
        html, csv = tmp_path / "report.html", tmp_path / "report.csv"
        await run(admin, "report", "--html", str(html), "--csv", str(csv))
        assert "1,234" in html.read_text()
        assert ",1234," in csv.read_text()
        refused = await run(admin, "report", "--since", "yesterday")
        assert refused.exit_code == 1
        assert "--since: yesterday is not a duration" in str(refused.exception)
        nowhere = await run(admin, "report", "--html", str(tmp_path / "no" / "x.html"))
        assert nowhere.exit_code == 1

    play(tmp_path, scenario)


def test_of_one_device_by_its_name_and_what_if_there_is_none(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        rows = [
            Row(int(now()), PHONE, "tracking.miui.com", 1, 0, BLOCKED, 7),
            Row(int(now()), "192.168.1.2", "tracking.miui.com", 1, 0, BLOCKED, 50),
            Row(int(now()), "192.168.1.3", "a.example", 1, 0, Kind("cached"), 1),
        ]
        await stored(admin, rows)
        await admin.ask("POST", f"clients/{PHONE}", {"name": "Anna's phone"})
        for asked in ("anna's phone", PHONE, f"ip:{PHONE}"):
            told = await run(admin, "report", "--json", "--client", asked)
            assert json.loads(told.output)["total"]["attempts"] == 7, asked
        quiet = await run(admin, "report", "--client", "192.168.1.3")
        assert "no device has called" in quiet.output
        for asked in ("toaster", "192.168.1", "192.168.1.200"):
            refused = await run(admin, "report", "--client", asked)
            assert f"there is no device {asked}; `blocker devices`" in str(refused.exception)

    play(tmp_path, scenario)


def test_a_page_or_a_sheet_is_printed_when_asked(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await stored(admin, [Row(int(now()), PHONE, "tracking.miui.com", 1, 0, BLOCKED, 1_234)])
        assert (await run(admin, "report", "--html", "-")).output.startswith("<!doctype html>")
        assert (await run(admin, "report", "--csv", "-")).output.startswith("device,device_name,")
        for both in (("--html", "-", "--csv", "-"), ("--json", "--csv", "-")):
            refused = await run(admin, "report", *both)
            assert "only one form can be printed" in str(refused.exception)

    play(tmp_path, scenario)
    assert not Path("-").exists()


def test_without_a_server_it_reads_the_log_that_is_left(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    config = tmp_path / "blocker.yaml"
    config.write_text(f"state: {state}\n")
    Stored(state).write([row("a.example", BLOCKED, second=int(now()), count=7)])
    told = CliRunner().invoke(app, ["report", "--json", "-c", str(config)])
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["total"]["blocked"] == 7
    command = ["report", "--json", "-c", str(config), "--client"]
    for asked in ("192.0.2.7", "ip:192.0.2.7"):
        told = CliRunner().invoke(app, [*command, asked])
        assert json.loads(told.stdout)["total"]["blocked"] == 7
    told = CliRunner().invoke(app, [*command, "toaster"])
    assert "there is no device toaster" in str(told.exception)


def test_without_a_log_it_says_so(tmp_path: Path) -> None:
    config = tmp_path / "blocker.yaml"
    config.write_text(f"state: {tmp_path}\nquery_log: off\n")
    told = CliRunner().invoke(app, ["report", "-c", str(config)])
    assert told.exit_code == 1
    assert "the query log is off" in str(told.exception)
    config.write_text(f"state: {tmp_path}\n")
    told = CliRunner().invoke(app, ["report", "-c", str(config)])
    assert told.exit_code == 1
    assert "cannot be read" in str(told.exception)
