"""`make test`: every test, in two streams side by side, then those that measure time alone.

    python scripts/test.py             # all
    python scripts/test.py tests/unit  # these, in a row

Rule: tests that start servers wait, the others compute; so they share two cores well. Who measures
time says so (`pytestmark = pytest.mark.quiet`), and has the machine for itself.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

PYTEST = (sys.executable, "-m", "pytest")
SERVERS = ("tests/conformance", "tests/differential", "tests/e2e", "tests/integration")
LATER = sorted(map(str, Path("tests/e2e").glob("test_fault_*.py")))
OTHERS = sorted({str(path) for path in Path("tests").iterdir() if path.is_dir()} - {*SERVERS})


def main(chosen: list[str]) -> int:
    """The exit code of pytest; of several, the first that is not 0."""
    if chosen:
        return subprocess.call([*PYTEST, *chosen])
    with tempfile.TemporaryFile("w+") as said:
        # The longest of the servers' come after what computes, for that is done sooner.
        others = subprocess.Popen(
            [*PYTEST, "-m", "not quiet", *OTHERS, *LATER], stdout=said, stderr=subprocess.STDOUT
        )
        ignored = (f"--ignore={path}" for path in LATER)
        try:
            servers = subprocess.call([*PYTEST, "-m", "not quiet", *SERVERS, *ignored])
            others.wait()
        finally:
            others.terminate()  # of use when this is interrupted
        said.seek(0)
        sys.stdout.write(said.read())
        sys.stdout.flush()
    alone = subprocess.call([*PYTEST, "-m", "quiet"])
    return servers or others.returncode or alone


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
