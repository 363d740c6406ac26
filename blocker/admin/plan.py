"""What a configuration file comes to once everything in it was read, checked and compiled.

That work takes pydantic, YAML and memory, so it happens in a child that ends with it
(admin/prepare.py). This side of it is small: the supervisor imports it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from blocker.download.source import Source
from blocker.errors import Problem, Problems, StartError
from blocker.link import Generation
from blocker.querylog.settings import LogSettings

CHILD = "blocker.admin.prepare"
START = "--start"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A source that entries of the lists refer to by its key."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All that `serve` and `reload` need to know; plain values, for it crosses a pipe as JSON."""

    config: str | None
    listen: list[tuple[str, int]]
    workers: int
    admin: tuple[str, int]
    state: str
    user: str | None
    tokens: bool  # whether any exist
    rules: int  # in force
    vendors: int  # that they are of
    sources: dict[str, Evidence]
    subscriptions: list[Source]
    generation: Generation  # its number is still 0
    query_log: LogSettings = field(default_factory=LogSettings)
    hosts: tuple[str, ...] = ()  # names by which the admin API may be called
    tls: tuple[str, str] | None = None  # its certificate and key
    device_metrics: bool = False
    dot: list[tuple[str, int]] = field(default_factory=list)  # where DNS over TLS is served
    doh: list[tuple[str, int]] = field(default_factory=list)  # and over HTTPS
    warnings: list[str] = field(default_factory=list)  # of what is wrong and stops nothing
    run: str = ""  # where the generation is; empty: in the state folder, as nearly always

    @property
    def running(self) -> Path:
        return Path(self.run or self.state)

    def encode(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def decode(cls, text: bytes) -> Self:
        fields: dict[str, Any] = json.loads(text)
        fields["generation"] = Generation(**fields["generation"])
        for addresses in ("listen", "dot", "doh"):
            fields[addresses] = [(host, port) for host, port in fields[addresses]]
        fields["admin"] = tuple(fields["admin"])
        fields["query_log"] = LogSettings(**fields["query_log"])
        fields["hosts"] = tuple(fields["hosts"])
        fields["tls"] = fields["tls"] and tuple(fields["tls"])
        fields["subscriptions"] = [Source(**each) for each in fields["subscriptions"]]
        fields["sources"] = {key: Evidence(**each) for key, each in fields["sources"].items()}
        return cls(**fields)


def prepare(config: Path | None, meanwhile: Callable[[], object] = lambda: None) -> Plan:
    """Check and compile in a child; Problems or StartError when something is wrong. A state folder
    that cannot be written is nothing of that kind: a server has to start.

    A terminal is the child's too, for it to say how far it is.
    """
    with subprocess.Popen(
        [sys.executable, "-m", CHILD, START, *child_arguments(config)],
        env=child_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=None if sys.stderr.isatty() else subprocess.PIPE,
    ) as child:
        meanwhile()
        output, errors = child.communicate()
    return child_outcome(child.returncode, output, errors or b"")


def encode_failure(error: Problems | StartError) -> str:
    """What the child prints in place of a plan."""
    problems = error.problems if isinstance(error, Problems) else ()
    return json.dumps({"error": str(error), "problems": [asdict(problem) for problem in problems]})


def child_outcome(returncode: int | None, output: bytes, errors: bytes) -> Plan:
    """What the child came to, by its exit code and what it printed; raises as `prepare`."""
    if returncode == 0:
        return Plan.decode(output)
    try:
        failure = json.loads(output)
    except ValueError:  # it was killed, or has a fault of its own
        message = errors.decode(errors="replace").strip() or f"it ended with {returncode}"
        raise StartError(f"the configuration could not be checked: {message}") from None
    if failure["problems"]:
        raise Problems(Problem(**problem) for problem in failure["problems"])
    raise StartError(failure["error"])


def child_arguments(config: Path | None) -> list[str]:
    """What the child is called with."""
    return [str(config)] if config else []


def child_environment() -> dict[str, str]:
    """With it a child finds this same package, wherever its parent found it."""
    here = str(Path(__file__).parents[2])
    known = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": f"{here}{os.pathsep}{known}" if known else here}
