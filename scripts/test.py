"""`make test`: every test, in two streams side by side; then those that measure.

    python scripts/test.py             # all
    python scripts/test.py tests/unit  # these, in a row

Rule: tests that start servers wait, the others compute; so they share two cores well. Who waits for
something to happen within a time says so (`pytestmark = pytest.mark.quiet`), and has one neighbour
that mostly waits too; who measures the machine (`pytest.mark.alone`) has none.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

PYTEST = (sys.executable, "-m", "pytest")
SERVERS = ("tests/conformance", "tests/differential", "tests/e2e", "tests/integration")
LATER = sorted(map(str, Path("tests/e2e").glob("test_fault_*.py")))
OTHERS = sorted({str(path) for path in Path("tests").iterdir() if path.is_dir()} - {*SERVERS})


def main(chosen: list[str]) -> int:
    """The exit code of pytest; of several, the first that is not 0."""
    if chosen:
        return subprocess.call([*PYTEST, *chosen])
    ordinary = [*PYTEST, "-m", "not quiet and not alone"]
    ignored = (f"--ignore={path}" for path in LATER)
    quiet = _marked("quiet")
    ends = [path for path in quiet if path.startswith("tests/e2e")]
    units = [path for path in quiet if path not in ends]
    codes = [
        # The longest of the servers' come after what computes, for that is done sooner.
        *_beside([*ordinary, *SERVERS, *ignored], [*ordinary, *OTHERS, *LATER]),
        *_beside([*PYTEST, "-m", "quiet", *ends], [*PYTEST, "-m", "quiet", *units]),
        subprocess.call([*PYTEST, "-m", "alone", *_marked("alone")]),
    ]
    return next(filter(None, codes), 0)


def _beside(first: Iterable[str], second: Iterable[str]) -> tuple[int, int]:
    """Both at once; what the second says comes after what the first does."""
    with tempfile.TemporaryFile("w+") as said:
        other = subprocess.Popen([*second], stdout=said, stderr=subprocess.STDOUT)
        try:
            code = subprocess.call([*first])
            other.wait()
        finally:
            other.terminate()  # of use when this is interrupted
        said.seek(0)
        sys.stdout.write(said.read())
        sys.stdout.flush()
    return code, other.returncode


def _marked(mark: str) -> list[str]:
    """The files that have it: to look into all the others would take half a minute."""
    files = sorted(Path("tests").rglob("test_*.py"))
    return [str(path) for path in files if f"mark.{mark}" in path.read_text(encoding="utf-8")]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
