"""What all measurements stand on: a folder, an upstream on the core of the load, sites for servers.

It notes each command that is run, for whoever wants to do it again.
"""

import contextlib
import shlex
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks import processes, rightness, servers
from tests.support.ports import free_port


@dataclass(frozen=True, slots=True)
class Ground:
    folder: Path
    upstream_port: int
    upstream_tls_port: int
    commands: list[str] = field(default_factory=list)

    def site(self, name: str, listed: Iterable[str] | Path = ()) -> servers.Site:
        """A folder with a list of its own, and ports."""
        folder = self.folder / name
        folder.mkdir()
        names = folder / "names.txt"
        if isinstance(listed, Path):
            shutil.copy(listed, names)
        else:
            names.write_text("".join(f"{each}\n" for each in listed), encoding="ascii")
        return servers.Site(
            *(folder, free_port(), free_port(), self.upstream_port, self.upstream_tls_port, names),
            tls_port=free_port(),
            https_port=free_port(),
        )

    def note(self, command: Sequence[str]) -> None:
        """As it is run, but for the folder."""
        noted = shlex.join(command).replace(str(self.folder), "DIR")
        if noted not in self.commands:
            self.commands.append(noted)

    @contextlib.contextmanager
    def started(self, site: servers.Site, command: Sequence[str], sign: str) -> Iterator[int]:
        """The server's process, once it blocks the name `sign`."""
        self.note(processes.pinned(command, processes.SERVER_CORE))
        log = site.folder / "log"
        with processes.started(command, processes.SERVER_CORE, log) as pid:
            try:
                rightness.wait_until_blocked(site.port, sign, pid)
            except TimeoutError as error:
                told = log.read_text(errors="replace")[-3000:]
                raise RuntimeError(f"{shlex.join(command)}: {error}\n{told}") from error
            yield pid


@contextlib.contextmanager
def ground(kept: Path | None) -> Iterator[Ground]:
    """In a folder that is new and stays, or in one that goes away."""
    with _folder(kept) as folder, _upstream(folder) as ports:
        yield Ground(folder, *ports)


@contextlib.contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is None:
        with tempfile.TemporaryDirectory(prefix="blocker-bench-") as scratch:
            yield Path(scratch)
    else:
        kept.mkdir(parents=True)
        yield kept.resolve()


@contextlib.contextmanager
def _upstream(folder: Path) -> Iterator[tuple[int, int]]:
    """On the core of the load: its time is not the servers', and it is the same for all."""
    place = folder / "upstream"
    place.mkdir()
    port, tls_port = free_port(), free_port()
    command = servers.upstream(place, port, tls_port)
    with processes.started(command, processes.LOAD_CORE, place / "log"):
        rightness.wait_until_answers(port, "ready.example")
        yield port, tls_port
