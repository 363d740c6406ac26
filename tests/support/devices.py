"""Devices at home: clients of a running blocker, each at a loopback address of its own; and the
commands that a person runs beside it.
"""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dnslib import DNSRecord

from tests.support.blocker import Blocker, blocker
from tests.support.packets import A, query
from tests.support.source import ROOT
from tests.support.upstream import ScriptedUpstream

PHONE, TV = "127.0.0.20", "127.0.0.21"
OTHER = "tracking.miui.com"
LISTED = "ads.example.org"
LISTS = "subscriptions: [{name: mine, source: names.txt, match: exact}]\n"


@contextmanager
def serving(folder: Path, extra: str = "", workers: int = 1) -> Iterator[Blocker]:
    (folder / "names.txt").write_text(f"0.0.0.0 {LISTED}\n", encoding="utf-8")
    with (
        ScriptedUpstream() as upstream,
        blocker(folder, upstreams=[upstream.url], extra=LISTS + extra, workers=workers) as server,
    ):
        server.wait_until_ready()
        yield server


def ask(server: Blocker, client: str, name: str, qtype: int = A) -> str:
    """As this client; the first address that comes back."""
    with server.client_at(client) as sock:
        sock.send(query(name, qtype))
        records = DNSRecord.parse(sock.recv(4096)).rr
    return str(records[0].rdata) if records else ""


def command(server: Blocker, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "blocker", *arguments, "-c", str(server.config)],
        cwd=server.config.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=30,
    )


def at_a_terminal(server: Blocker, arguments: tuple[str, ...], *dialogue: tuple[str, str]) -> str:
    """What the command said; each question is waited for and answered."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        python = sys.executable
        os.execv(python, [python, "-m", "blocker", *arguments, "-c", str(server.config)])
    try:
        said = ""
        for question, answer in dialogue:
            said += _heard(terminal, question)
            os.write(terminal, f"{answer}\n".encode())
        return said + _heard(terminal, None)
    finally:
        os.close(terminal)
        os.waitpid(pid, 0)


def _heard(terminal: int, question: str | None) -> str:
    """What is said until the question comes, or the end."""
    said, until = "", time.monotonic() + 20
    while question is None or question not in said:
        assert time.monotonic() < until, said
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                said += os.read(terminal, 4096).decode()
            except OSError:  # it has ended
                assert question is None, said
                break
    return said
