"""Every error this program raises on purpose.

    BlockerError
    +-- Problems      a file a person wrote is wrong: every fault at once, each a Problem
    +-- StartError    the program cannot start; one line that says what to do, exit 1
    +-- RulesetError  a compiled ruleset is corrupt, truncated or of another version
    ValueError
    +-- InvalidName   text or bytes that are no domain name

A Problem is a value, not an exception, so that checking can go on and collect more of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass


class BlockerError(Exception):
    """Base of everything a person can put right; its text is fit to print as it is."""


class InvalidName(ValueError):
    """Not a domain name: an empty or long label, more than 255 octets, a forbidden character."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault in a file, and what to write instead. Line 0 stands for the file as a whole."""

    file: str
    line: int
    where: str
    what: str
    instead: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        where = f"{self.where}: " if self.where else ""
        return f"{place}: {where}{self.what}" + (f"; {self.instead}" if self.instead else "")


class Problems(BlockerError):
    """All the faults found, in order; never raised with none."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class StartError(BlockerError):
    """The program cannot start."""


class RulesetError(BlockerError):
    """A compiled ruleset cannot be used; compiling it again puts it right."""
