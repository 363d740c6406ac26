"""A state of the lists by name: a folder, or a revision of the git repository that holds them."""

import io
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from blocker.errors import StartError


@contextmanager
def lists_at(written: str, home: Path) -> Iterator[Path]:
    """The folder called `written`, else a passing copy of `home` as it was at that revision."""
    folder = Path(written)
    if (folder / "lists" / "vendors").is_dir():
        yield folder / "lists"
    elif folder.is_dir():
        yield folder
    else:
        with TemporaryDirectory(prefix="blocker-") as passing:
            _unpack(_archive(written, home), Path(passing))
            yield Path(passing)


def _archive(revision: str, home: Path) -> bytes:
    tree = _git(
        home, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{tree}}"
    )
    top = _git(home, "rev-parse", "--show-toplevel")
    if tree.returncode or top.returncode:
        message = f"{revision} is neither a folder nor a revision of {home}; name one that exists"
        raise StartError(message)
    inside = f"{_said(tree)}:{_said(_git(home, 'rev-parse', '--show-prefix'))}"
    archive = _git(Path(_said(top)), "archive", "--format=tar", inside)
    if archive.returncode:
        message = f"{revision} has no lists at {home}; name a later revision"
        raise StartError(message)
    return archive.stdout


def _said(run: "subprocess.CompletedProcess[bytes]") -> str:
    return run.stdout.decode().strip()


def _git(home: Path, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(
            ["git", "-C", str(home), *arguments], capture_output=True, check=False, timeout=60
        )
    except FileNotFoundError:
        raise StartError("git is not installed; name two folders of lists") from None


def _unpack(archive: bytes, folder: Path) -> None:
    (folder / "vendors").mkdir()
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            path = Path(member.name)
            wanted = path.suffix == ".yaml" or path.name == "VERSION"
            if member.isfile() and wanted and path.parent in (Path(), Path("vendors")):
                content = tar.extractfile(member)
                (folder / path).write_bytes(content.read() if content else b"")
