"""The commands as a user runs them: processes, files, exit codes, in a folder of one's own."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from blocker.core.policy import PURPOSES
from tests.support.source import ROOT


def blocker(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "blocker", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "60"},
        capture_output=True,
        text=True,
        timeout=30,
    )


def write(folder: Path, text: str) -> None:
    (folder / "blocker.yaml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("command", [(), ("serve",), ("check",), ("explain",), ("token", "create")])
def test_help_teaches_with_an_example(tmp_path: Path, command: tuple[str, ...]) -> None:
    run = blocker(tmp_path, *command, "--help")
    assert (run.returncode, run.stderr) == (0, "")
    assert " ".join(("blocker", *command)) in run.stdout.partition("\n")[2]


def test_a_known_name_is_explained_offline(tmp_path: Path) -> None:
    run = blocker(tmp_path, "explain", "data.mistat.xiaomi.com")
    assert (run.returncode, run.stderr) == (0, "")
    for said in (
        "blocked ",
        "data.mistat.xiaomi.com  (lists/vendors/xiaomi.yaml:",
        "xiaomi, Mi Stats",
        "analytics",
        "https://www.scss.tcd.ie/Doug.Leith/Android_privacy_report.pdf",
        "0.0.0.0",
        "rules:\n                  allow:\n                    - data.mistat.xiaomi.com\n",
    ):
        assert said in run.stdout
    assert list(tmp_path.iterdir()) == [], "to explain leaves nothing behind"


def test_what_explain_says_to_paste_allows_the_name(tmp_path: Path) -> None:
    (said,) = explained(tmp_path, "data.mistat.xiaomi.com")
    write(tmp_path, str(said["change"]))
    (allowed,) = explained(tmp_path, "data.mistat.xiaomi.com")
    assert (allowed["action"], allowed["layer"]) == ("allow", "user")
    assert allowed["rule"] == {
        "text": "data.mistat.xiaomi.com",
        "list": "blocker.yaml",
        "line": 3,
    }


def explained(folder: Path, *arguments: str) -> list[dict[str, object]]:
    run = blocker(folder, "explain", "--json", *arguments)
    assert (run.returncode, run.stderr) == (0, "")
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_every_action_in_json(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("0.0.0.0 ads.example.org\n", encoding="utf-8")
    write(
        tmp_path,
        """
blocking: {vendors: {oppo: shadow}, answer: nxdomain}
rules: {allow: [=mistat.xiaomi.com]}
subscriptions: [{name: mine, source: names.txt, match: exact}]
""",
    )
    oppo = next(name for name in shipped("oppo") if "*" not in name and "[" not in name)
    names = ["data.mistat.xiaomi.com", "mistat.xiaomi.com", "example.org", oppo, "tv.local"]
    lines = explained(tmp_path, *names, "ads.example.org", "x.ads.example.org")
    assert [line["action"] for line in lines] == [
        *("block", "allow", "pass", "shadow", "local", "block", "pass"),
    ]
    assert lines[0]["answer"] == {"rcode": "NXDOMAIN", "records": [], "ttl": 30}
    assert lines[0]["purpose"] in PURPOSES
    assert lines[5]["rule"] == {"text": "=ads.example.org", "list": "mine", "line": 1}
    assert all(line["group"] == "default" for line in lines)


def shipped(vendor: str) -> list[str]:
    """Names of a vendor's that are blocked by default."""
    from blocker.catalog.load import load_catalogue

    return [
        rule.text
        for rule in load_catalogue().rules
        if (rule.vendor, rule.layer, rule.purpose) == (vendor, "curated", "analytics")
        and rule.breakage == "none"
        and rule.match == "subtree"
    ]


def test_check_of_the_defaults(tmp_path: Path) -> None:
    run = blocker(tmp_path, "check")
    assert (run.returncode, run.stderr) == (0, "")
    assert "built-in defaults: no errors" in run.stdout
    assert "in force " in run.stdout


def test_check_shows_every_error_with_its_line(tmp_path: Path) -> None:
    write(
        tmp_path,
        """dns:
  listen: ["0.0.0.0"]
blocking:
  answer: nxdomian
  vendors: {xiaomi: no}
upstreams: [tls://9.9.9.9]
groups: [{name: lab, clients: [tablet]}]
""",
    )
    run = blocker(tmp_path, "check")
    assert (run.returncode, run.stdout) == (1, "")
    assert [line.partition(": ")[0] for line in run.stderr.splitlines()] == [
        *(f"blocker.yaml:{line}" for line in (2, 4, 5, 6, 7)),
    ]
    assert "did you mean nxdomain?" in run.stderr


def test_serve_refuses_what_check_refuses(tmp_path: Path) -> None:
    write(tmp_path, "dns: {workers: 0}\n")
    run = blocker(tmp_path, "serve")
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.startswith("blocker.yaml:1: dns.workers: 0 is not a number")
    assert len(run.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["serve", "check", "explain example.org"])
def test_a_file_that_is_not_there_is_one_line(tmp_path: Path, command: str) -> None:
    run = blocker(tmp_path, *command.split(), "-c", "none.yaml")
    assert run.returncode == 1
    assert run.stderr == "none.yaml does not exist; check the path after -c\n"


def test_errors_in_lists_have_their_line_too(tmp_path: Path) -> None:
    vendors = tmp_path / "lists" / "vendors"
    vendors.mkdir(parents=True)
    (tmp_path / "lists" / "keep.yaml").write_text("keep: []\n", encoding="utf-8")
    (tmp_path / "lists" / "sources.yaml").write_text("sources: {}\n", encoding="utf-8")
    (vendors / "xiaomi.yaml").write_text("vendor: xiaomi\ntitel: Xiaomi\n", encoding="utf-8")
    write(tmp_path, "lists: lists\n")
    run = blocker(tmp_path, "check")
    assert run.returncode == 1
    assert "lists/vendors/xiaomi.yaml:2: titel: unknown key; did you mean title?" in run.stderr


def test_a_token_is_made_once(tmp_path: Path) -> None:
    arguments = ("token", "create", "--name", "grafana", "--scope", "read")
    first = blocker(tmp_path, *arguments)
    assert first.returncode == 0
    file = tmp_path / "state" / "tokens.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert first.stdout.strip() not in file.read_text(encoding="utf-8")
    again = blocker(tmp_path, *arguments)
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr == "there is a token grafana already; choose another name\n"
