"""What the image's HEALTHCHECK runs: does every worker answer by the rules that are in force?

It asks over the control socket, so it is right wherever `admin.listen` is, and with TLS too.
"""

import sys
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from blocker.control import connect

STATE = Path("/var/lib/blocker")
SECONDS = 3.0


def main() -> None:
    """Exits with 0 if so, else with 1 and the reason, which `docker inspect` shows."""
    connection = HTTPConnection("localhost")
    try:
        connection.sock = connect(STATE, SECONDS)
        connection.request("GET", "/readyz")
        response = connection.getresponse()
        said = response.read().decode().strip()
    except (OSError, HTTPException) as error:
        sys.exit(f"no answer from blocker: {error}")
    sys.exit(None if response.status == HTTPStatus.OK else said)


if __name__ == "__main__":
    main()
