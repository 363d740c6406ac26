"""A real PostgreSQL, of its own cluster in a folder, on a socket file there; ended with it."""

import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def postgresql() -> Iterator[str]:
    """Yields the URL of an empty database."""
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))  # short: a socket's path is bounded
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        cluster = folder / "cluster"
        _run("initdb", "-D", cluster, "-A", "trust", "-U", "postgres", "--no-sync")
        options = f"-F -c listen_addresses='' -k {folder}"
        log = folder / "log"
        _run("pg_ctl", "-D", cluster, "-l", log, "-w", "-t", "30", "-o", options, "start")
        try:
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            _run("pg_ctl", "-D", cluster, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(program: str, *arguments: object) -> None:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))[-1]
    user = ["runuser", "-u", "postgres", "--"] if getpass.getuser() == "root" else []
    command: Sequence[str] = [*user, str(found), *map(str, arguments)]
    done = subprocess.run(command, cwd="/", stdout=subprocess.DEVNULL, timeout=60)
    if done.returncode:
        raise RuntimeError(f"{program} ended with {done.returncode}")
