"""`blocker export` as a process: what goes where, and what is left behind."""

import subprocess
import sys
from pathlib import Path

from tests.support.source import ROOT

FAMILIES = "which this format cannot write"


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    config = folder / "blocker.yaml"
    config.touch()
    command = [sys.executable, "-m", "blocker", "export", *arguments, "-c", str(config)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)


def test_the_list_goes_out_and_what_it_lacks_beside_it(tmp_path: Path) -> None:
    made = run("--format", "hosts", "--vendor", "xiaomi", "--vendor", "oppo", folder=tmp_path)
    assert made.returncode == 0
    assert "0.0.0.0 data.mistat.xiaomi.com\n" in made.stdout
    assert not [line for line in made.stdout.splitlines() if line[:1] != "#" and "vivo" in line]
    assert FAMILIES in made.stderr


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    file = tmp_path / "telemetry.rpz"
    made = run("--format", "rpz", "-o", str(file), folder=tmp_path)
    assert (made.returncode, made.stdout) == (0, "")
    assert made.stderr.startswith(f"{file}: ")
    assert "mistat.xiaomi.com CNAME .\n" in file.read_text()
    assert {path.name for path in tmp_path.iterdir()} == {"blocker.yaml", "telemetry.rpz"}


def test_a_failure_is_told_and_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "list"
    file.write_text("as it was\n")
    made = run("--format", "adblock", "--vendor", "xiaomy", "-o", str(file), folder=tmp_path)
    assert made.returncode == 1
    assert made.stderr == "no vendor is called xiaomy; did you mean xiaomi?\n"
    assert file.read_text() == "as it was\n"
