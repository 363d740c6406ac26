"""The child that tries a change to one's own lists, and ends with the memory that took.

python -m blocker.admin.propose     reads and prints JSON
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from blocker.catalog.difference import Change
from blocker.catalog.ownfile import OwnFile
from blocker.catalog.proposal import Proposal, propose
from blocker.errors import Problem, StartError

CHILD = "blocker.admin.propose"


def main() -> None:
    asked = json.load(sys.stdin)
    file = OwnFile.named(asked["name"], Path(asked["lists"]), Path(asked["overlay"]))
    try:
        said: dict[str, Any] = asdict(propose(file, asked["text"]))
    except StartError as error:
        said = {"error": str(error)}
    json.dump(said, sys.stdout)


async def propose_aside(file: OwnFile, text: str) -> Proposal:
    """As `propose`, without holding up the event loop. StartError when it cannot be tried."""
    from blocker.admin.aside import run_aside  # here, for the child has no use for it

    asked = {
        "name": file.name,
        "lists": str(file.lists),
        "overlay": str(file.overlay),
        "text": text,
    }
    _, output, errors = await run_aside(CHILD, given=json.dumps(asked).encode())
    try:
        said = json.loads(output)
    except ValueError:  # it was killed, or has a fault of its own
        message = f"the proposal could not be checked: {errors.decode(errors='replace').strip()}"
        raise StartError(message) from None
    if "error" in said:
        raise StartError(said["error"])
    return Proposal(
        problems=tuple(Problem(**each) for each in said["problems"]),
        remarks=tuple(Problem(**each) for each in said["remarks"]),
        changes=tuple(
            Change(**{**each, "details": tuple(each["details"])}) for each in said["changes"]
        ),
    )


if __name__ == "__main__":
    main()
