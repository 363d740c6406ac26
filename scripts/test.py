"""`make test`: every test, in two streams side by side, then those that measure time alone.

    python scripts/test.py             # all
    python scripts/test.py tests/unit  # these, in a row

Rule: tests that start servers wait, the others compute; so they share two cores well. Who measures
time says so (`pytestmark = pytest.mark.quiet`), and has the machine for itself.
"""

import subprocess
import sys
import tempfile

PYTEST = (sys.executable, "-m", "pytest")
SERVERS = ("tests/conformance", "tests/differential", "tests/e2e", "tests/integration")
OTHERS = (*("--ignore=" + folder for folder in SERVERS), "tests")


def main(chosen: list[str]) -> int:
    """The exit code of pytest; of several, the first that is not 0."""
    if chosen:
        return subprocess.run([*PYTEST, *chosen]).returncode
    with tempfile.TemporaryFile("w+") as said:
        others = subprocess.Popen(
            [*PYTEST, "-m", "not quiet", *OTHERS], stdout=said, stderr=subprocess.STDOUT
        )
        try:
            servers = subprocess.run([*PYTEST, "-m", "not quiet", *SERVERS]).returncode
            code = servers or others.wait()
        finally:
            others.terminate()
            others.wait()
        said.seek(0)
        sys.stdout.write(said.read())
        sys.stdout.flush()
    return code or subprocess.run([*PYTEST, "-m", "quiet"]).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
