"""`python -m blocker` is the command."""

import subprocess
import sys

from blocker import __version__


def test_it_runs_the_command_line() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "blocker", "--version"], capture_output=True, text=True, timeout=20
    )
    assert (run.returncode, run.stdout) == (0, f"blocker {__version__}\n")
