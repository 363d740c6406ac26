"""The whole run: `python -m tests.differential --questions 10000 --seed 1`.

Prints how many answers fall in each class, and fails on a difference that no class explains.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from tests.differential.run import Findings, run


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__)
    parser.add_argument("--questions", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    console = Console()
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with (
        Progress(*columns, TimeRemainingColumn(), console=console) as progress,
        tempfile.TemporaryDirectory(prefix="blocker-differential-") as folder,
    ):
        task = progress.add_task("questions", total=chosen.questions)
        findings = run(
            Path(folder),
            chosen.seed,
            chosen.questions,
            lambda count: progress.advance(task, count),
        )
    console.print(_table(findings, chosen.seed))
    if findings.unexplained:
        sys.exit("no class explains:\n" + "\n".join(map(str, findings.unexplained)))


def _table(findings: Findings, seed: int) -> Table:
    answers = 2 * findings.questions
    table = Table(title=f"{findings.questions:,} questions, each asked twice; seed {seed}")
    table.add_column("class")
    table.add_column(f"of {answers:,} answers", justify="right")
    table.add_row("the same", f"{findings.same:,}")
    for name, count in findings.by_class.most_common():
        table.add_row(name, f"{count:,}")
    table.add_row("not explained", f"{len(findings.unexplained):,}")
    return table


if __name__ == "__main__":
    main()
