"""`make fuzz`: broken packets against a running server, each way, and what that came to.

A Violation ends it: the seed and the packets that led there are printed.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from tests.fuzz import attacks
from tests.fuzz.campaign import GROWTH, Outcome, Violation
from tests.fuzz.opening import TRANSPORTS

Attack = Callable[[Path, str, int, int, attacks.Advance], Outcome]

WAYS: Final[dict[str, tuple[Attack, str]]] = {
    **{f"clients-{name}": (attacks.clients, name) for name in TRANSPORTS},
    **{f"upstreams-{name}": (attacks.upstreams, name) for name in TRANSPORTS},
}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--packets", type=int, default=1_000_000, help="each way")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=WAYS, default=list(WAYS))
    chosen = parser.parse_args(arguments)
    console = Console()
    outcomes = []
    columns = TextColumn("{task.description:15}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, TimeRemainingColumn(), console=console) as progress:
        for way in chosen.only:
            attack, name = WAYS[way]
            task = progress.add_task(way, total=chosen.packets)
            with tempfile.TemporaryDirectory(prefix="blocker-fuzz-") as folder:
                try:
                    outcomes.append(
                        attack(
                            Path(folder),
                            name,
                            chosen.packets,
                            chosen.seed,
                            lambda count, task=task: progress.advance(task, count),  # type: ignore[misc]
                        )
                    )
                except Violation as violation:
                    sys.exit(str(violation))
    console.print(_table(outcomes))
    if grown := [one for one in outcomes if one.end - one.warm > GROWTH]:
        sys.exit(f"memory has grown: {', '.join(one.what for one in grown)}")


def _table(outcomes: Sequence[Outcome]) -> Table:
    table = Table(title=f"seed {outcomes[0].seed}")
    for heading in (
        "",
        "packets",
        "replies",
        "seconds",
        "MiB warm",
        "MiB at the end",
        "control, ms",
    ):
        table.add_column(heading, justify="right" if heading else "left")
    for one in outcomes:
        table.add_row(
            one.what,
            f"{one.packets:,}",
            f"{one.replies:,}",
            f"{one.seconds:.0f}",
            f"{one.warm / 2**20:.1f}",
            f"{one.end / 2**20:.1f}",
            f"{one.control * 1000:.2f}",
        )
    return table


if __name__ == "__main__":
    main()
