"""Long work at a terminal: `check` and `serve` show how far they are, and leave no trace of it."""

import os
import pty
import subprocess
import sys
import threading
from pathlib import Path

from tests.support.ports import free_port
from tests.support.source import ROOT

NAMES = 150_000  # about a second's work


def configured(folder: Path) -> Path:
    names = folder / "names.txt"
    names.write_text("".join(f"host{number}.example.com\n" for number in range(NAMES)))
    file = folder / "blocker.yaml"
    file.write_text(
        f"dns: {{listen: ['127.0.0.1:{free_port()}']}}\n"
        f"admin: {{listen: '127.0.0.1:{free_port()}'}}\n"
        f"upstreams: ['udp://127.0.0.1:{free_port()}']\n"
        "subscriptions: [{name: long, source: names.txt, format: domains}]\n"
        "state: state\n"
    )
    return file


def started(*command: str) -> tuple[subprocess.Popen[bytes], bytearray, threading.Thread]:
    """The command with a terminal as its stderr, and what comes to be written there."""
    terminal, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", *command], cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs
    )
    os.close(theirs)
    seen = bytearray()

    def read() -> None:
        while True:
            try:
                seen.extend(os.read(terminal, 4096))
            except OSError:  # nobody has the other end
                os.close(terminal)
                return

    reader = threading.Thread(target=read)
    reader.start()
    return process, seen, reader


def test_check_draws_a_bar(tmp_path: Path) -> None:
    process, seen, reader = started("blocker", "check", "-c", str(configured(tmp_path)))
    output, _ = process.communicate(timeout=30)
    reader.join()
    assert process.returncode == 0
    assert b"reading long" in seen or b"indexing" in seen
    assert b"list       long: 150,000 names" in output
    assert b"\x1b" not in output


def test_serve_says_how_far_its_child_is(tmp_path: Path) -> None:
    process, seen, reader = started("blocker", "serve", "-c", str(configured(tmp_path)))
    assert process.stdout is not None
    with process.stdout as output:
        try:
            assert output.readline().startswith(b"listening")
        finally:
            process.terminate()
            process.wait(10)
            reader.join()
    line = bytes(seen).partition(b"\r\x1b[K")[2]
    assert line.startswith((b"reading long", b"sorting", b"indexing"))
    assert line.rpartition(b"\r\x1b[K")[0], "and wiped"


def test_a_file_gets_no_progress(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "blocker.admin.prepare", str(configured(tmp_path))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=30)
    assert done.returncode == 0
    assert done.stderr == b""
