"""Lists edited under a running server, by hand, API and command: on the wire in two seconds."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from blocker.catalog.load import default_lists
from tests.support.blocker import Blocker, blocker
from tests.support.source import ROOT
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.quiet

WITHIN = 2.0  # seconds, from saving to the answer
AT_MOST = 20.0  # on a machine that is busy: a reload gives way to whatever else runs
TRIES = 4
FREE, SUNK = "192.0.2.80", "0.0.0.0"
OWN_NAME = "abtest.own-telemetry.example"
OWN = f"""\
vendor: xiaomi
entries:
  - name: {OWN_NAME}
    product: MIUI
    purpose: analytics
    evidence: [hagezi]
    confidence: community
"""
BLOCKED = "ad.mi.com"  # by an entry of its own
REMOVE = f"remove:\n  - {{name: {BLOCKED}, reason: to see it}}\n"
WRONG = OWN.replace("analytics", "spying")


class Edited:
    """A server with a copy of the shipped lists, and an overlay."""

    def __init__(self, server: Blocker, lists: Path) -> None:
        self.server = server
        self.lists = lists
        self.xiaomi = lists / "vendors" / "xiaomi.yaml"
        self.own = server.state / "lists.d" / "vendors" / "xiaomi.yaml"
        self.token = server.token()

    def seconds_until(self, edit: Callable[[], object], name: str, address: str) -> float:
        """From the edit until the name is answered so."""
        edit()
        begun = time.monotonic()
        self.server.wait_until(lambda: self.server.address(name) == address, AT_MOST)
        return time.monotonic() - begun

    def error(self) -> str:
        said: str = self.server.http("GET", "status", token=self.token).json["reload_error"]
        return said

    def save_own(self, text: str) -> None:
        self.own.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.own.with_name(".draft")
        temporary.write_text(text)
        temporary.replace(self.own)


@contextmanager
def edited(folder: Path) -> Iterator[Edited]:
    lists = folder / "lists"
    shutil.copytree(default_lists(), lists)
    with (
        ScriptedUpstream() as upstream,
        blocker(folder, upstreams=[upstream.url], extra=f"lists: {lists}\n") as server,
    ):
        server.wait_until_ready()
        yield Edited(server, lists)


def test_a_saved_file_is_in_force_within_two_seconds(tmp_path: Path) -> None:
    with edited(tmp_path) as here:
        text = here.xiaomi.read_text()
        without = text.replace(f"name: {BLOCKED}", "name: x.mi.com")
        assert here.server.address(BLOCKED) == SUNK
        took = []
        for _ in range(TRIES):
            for saved, address in ((without, FREE), (text, SUNK)):
                write = partial(here.xiaomi.write_text, saved)
                took.append(here.seconds_until(write, BLOCKED, address))
            if min(took) < WITHIN:
                break
        assert min(took) < WITHIN, took
        here.seconds_until(lambda: here.save_own(OWN), OWN_NAME, SUNK)
        here.seconds_until(lambda: here.save_own(OWN + REMOVE), BLOCKED, FREE)


def test_a_wrong_edit_changes_no_answer_and_is_shown_with_its_line(tmp_path: Path) -> None:
    with edited(tmp_path) as here:
        here.seconds_until(lambda: here.save_own(OWN), OWN_NAME, SUNK)
        here.save_own(WRONG)
        here.server.wait_until(lambda: here.error() != "", AT_MOST)
        assert f"{here.own}:5: entries[{OWN_NAME}].purpose: spying is not known" in here.error()
        assert f"{here.own}:5: " in here.server.log.read_text()
        assert here.server.address(OWN_NAME) == SUNK
        here.seconds_until(lambda: here.save_own("vendor: xiaomi\n" + REMOVE), BLOCKED, FREE)
        assert here.error() == ""
        assert here.server.address(OWN_NAME) == FREE


def test_an_upgrade_of_the_lists_leaves_ones_own_edits(tmp_path: Path) -> None:
    with edited(tmp_path) as here:
        here.seconds_until(lambda: here.save_own(OWN + REMOVE), BLOCKED, FREE)

        def upgrade() -> None:
            """As a package manager does it: the folder is another one."""
            new = tmp_path / "new"
            shutil.copytree(default_lists(), new)
            vendor = (new / "vendors" / "xiaomi.yaml").read_text()
            added = vendor.replace("name: sentry.d.mi.com", "name: upgraded.mi.com")
            (new / "vendors" / "xiaomi.yaml").write_text(added)
            here.lists.rename(tmp_path / "old")
            new.rename(here.lists)

        here.seconds_until(upgrade, "upgraded.mi.com", SUNK)
        assert here.server.address(OWN_NAME) == SUNK
        assert here.server.address(BLOCKED) == FREE
        asked = here.server.http("GET", f"explain?name={OWN_NAME}", token=here.token).json
        assert asked["rule"] == {
            "text": OWN_NAME, "list": "lists.d/vendors/xiaomi.yaml", "line": 3,
        }  # fmt: skip


def test_by_api(tmp_path: Path) -> None:
    with edited(tmp_path) as here:
        http, token = here.server.http, here.token
        read = http("GET", "lists/xiaomi", token=token).json
        assert read["shipped"] == here.xiaomi.read_text()
        checked = http("POST", "lists/xiaomi/check", {"text": OWN + REMOVE}, token).json
        kinds = {each["name"]: each["kind"] for each in checked["changes"]}
        assert kinds == {OWN_NAME: "blocked", BLOCKED: "unblocked"}
        assert here.server.address(BLOCKED) == SUNK
        body = {"text": OWN + REMOVE, "expects": read["etag"]}
        applied = http("PUT", "lists/xiaomi", body, token)
        assert applied.status == 200, applied.body
        assert (here.server.address(OWN_NAME), here.server.address(BLOCKED)) == (SUNK, FREE)
        time.sleep(1.5)  # time in which what was written would be read again
        generation = http("GET", "status", token=token).json["generation"]
        assert generation == applied.json["generation"]
        assert http("PUT", "lists/xiaomi", body, token).status == 409
        body = {"text": WRONG, "expects": applied.json["etag"]}
        assert http("PUT", "lists/xiaomi", body, token).status == 422
        assert here.own.read_text() == OWN + REMOVE


def test_by_command(tmp_path: Path) -> None:
    with edited(tmp_path) as here:
        (tmp_path / "draft").write_text(OWN)
        command = [sys.executable, "-m", "blocker", "lists", "edit", "xiaomi", "--yes"]
        run = subprocess.run(
            [*command, "-c", str(here.server.config)],
            cwd=ROOT,
            env={**os.environ, "EDITOR": f"cp {tmp_path}/draft", "VISUAL": ""},
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert run.returncode == 0, run.stderr
        assert f"newly blocked     {OWN_NAME}: analytics (community)" in run.stdout
        assert "in force: generation" in run.stdout
        assert here.server.address(OWN_NAME) == SUNK
        shown = subprocess.run(
            [*command[:4], "overlay", "--json", "-c", str(here.server.config)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert [json.loads(line)["name"] for line in shown.stdout.splitlines()] == [OWN_NAME]
