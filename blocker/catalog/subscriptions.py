"""Other people's lists, in any of the formats people have, read into a ruleset.

A line that is wrong never stops a list: it is counted, and the first hundred are reported with
file:line. So are lines that are right and say nothing to a resolver.
"""

import hashlib
from collections.abc import Callable, Iterator
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import Final, Protocol

from blocker.catalog.formats import (
    adblock,
    dnsmasq,
    domains,
    hosts,
    regex,
    rpz,
    unbound,
    wildcard,
)
from blocker.catalog.formats.reading import Coverage, Format, Lines, Reading
from blocker.catalog.formats.sniff import HEAD, is_a_list, recognise
from blocker.core.policy import RuleAction
from blocker.core.rule import Mode
from blocker.errors import Problem, Problems
from blocker.ruleset import Progress, RulesetWriter

FORMATS: Final[dict[str, Format]] = {
    "domains": domains.items,
    "hosts": hosts.items,
    "wildcard": wildcard.items,
    "adblock": adblock.items,
    "dnsmasq": dnsmasq.items,
    "unbound": unbound.items,
    "rpz": rpz.items,
    "regex": regex.items,
}
_BOM: Final = b"\xef\xbb\xbf"
_SAMPLE: Final = 1000  # lines looked at to tell the format
_STEP: Final = 1 << 20  # octets read between two calls of a Progress


class Subscription(Protocol):
    """What the configuration says of a list."""

    @property
    def name(self) -> str: ...
    @property
    def file(self) -> Path: ...  # where its text lies
    @property
    def is_download(self) -> bool: ...
    @property
    def format(self) -> str: ...  # one of FORMATS, or auto
    @property
    def action(self) -> RuleAction: ...
    @property
    def match(self) -> Coverage: ...
    @property
    def answer(self) -> Mode | None: ...
    @property
    def may_rewrite(self) -> bool: ...


def add_subscription(
    writer: RulesetWriter, subscription: Subscription, progress: Progress = lambda *_: None
) -> None:
    """Read a list into the ruleset. Problems when the file cannot be read; a download that has
    not come yet has no names.
    """
    path = str(subscription.file)
    reading = Reading(
        subscription.name,
        bad=Lines(path),
        ignored=Lines(path),
        action=subscription.action,
        match=subscription.match,
        rewrites=subscription.may_rewrite,
        answer=subscription.answer or "",
    )
    problems: list[Problem] = []
    format_ = subscription.format
    if subscription.is_download and not subscription.file.exists():
        problems.append(Problem(path, 0, "", "is not downloaded yet"))
        listed = writer.add_list(subscription.name, subscription.action, ())
    else:
        with _opened(subscription.file) as file:
            if why := is_a_list(file.read(HEAD)):
                problems.append(Problem(path, 0, "", why))
            lines = _ListFile(file, subscription, progress)
            if format_ == "auto":
                format_ = recognise(islice(lines.quietly(), _SAMPLE))
            items = () if why else FORMATS[format_](lines, reading)
            listed = writer.add_list(subscription.name, subscription.action, items)
    problems += reading.bad.first
    listed |= {
        "file": path,
        "format": format_,
        "match": subscription.match,
        "mode": reading.answer or reading.mode,
        "bad": reading.bad.count + len(problems) - len(reading.bad.first),
        "problems": [str(problem) for problem in problems],
        "ignored": reading.ignored.count,
        "unused": [str(problem) for problem in reading.ignored.first],
    }


def fingerprint(subscription: Subscription) -> str:
    """Changes whenever what the subscription would add does."""
    content = ""
    if subscription.file.exists() or not subscription.is_download:
        with _opened(subscription.file) as file:
            content = hashlib.file_digest(file, "blake2b").hexdigest()
    said = (
        subscription.name,
        subscription.format,
        subscription.action,
        subscription.match,
        subscription.answer or "",
        "rewrites" if subscription.may_rewrite else "",
        str(subscription.file),
        content,
    )
    return "\x00".join(said)


def _opened(path: Path) -> BufferedReader:
    try:
        return path.open("rb")
    except OSError as error:
        why = f"cannot be read: {error.strerror or error}"
        raise Problems([Problem(str(path), 0, "", why, "name a file that can")]) from None


class _ListFile:
    """The lines of a file, as often as they are asked for; says how far it is, in octets."""

    def __init__(
        self, file: BufferedReader, subscription: Subscription, progress: Progress
    ) -> None:
        self._file = file
        self._size = subscription.file.stat().st_size
        self._tell: Callable[[int], None] = lambda done: progress(
            f"reading {subscription.name}", done, self._size
        )

    def __iter__(self) -> Iterator[bytes]:
        done = 0
        for lines in self._chunks():
            yield from lines
            done += sum(map(len, lines))
            self._tell(min(done, self._size))

    def quietly(self) -> Iterator[bytes]:
        for lines in self._chunks():
            yield from lines

    def _chunks(self) -> Iterator[list[bytes]]:
        self._file.seek(0)
        if self._file.read(len(_BOM)) != _BOM:
            self._file.seek(0)
        while lines := self._file.readlines(_STEP):
            yield lines
