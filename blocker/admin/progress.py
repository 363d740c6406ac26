"""How far long work is, on a terminal's last line: for `serve`, whose child does the work.

Rule: what is short says nothing, and what is no terminal is told nothing.
"""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self, TextIO

SILENT: Final = 0.3  # seconds that need no telling
EVERY: Final = 0.1
_WIPE: Final = "\r\x1b[K"


class ProgressLine:
    """A Progress, as blocker/ruleset/ takes one; its line is gone when the work is done."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._on = stream.isatty()
        self._due = clock() + SILENT
        self._stage = ""
        self._shown = False

    def __enter__(self) -> Self:
        return self

    def __call__(self, what: str, done: int, total: int) -> None:
        now = self._clock()
        if not self._on or (now < self._due and not (self._shown and what != self._stage)):
            return
        self._due, self._stage, self._shown = now + EVERY, what, True
        share = f" {100 * done // total:3} %" if 0 < done <= total else " ..."
        self._stream.write(f"{_WIPE}{what}{share}")
        self._stream.flush()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._shown:
            self._stream.write(_WIPE)
            self._stream.flush()
