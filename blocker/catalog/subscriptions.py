"""Other people's lists: local files of names or hosts lines, read into a ruleset.

A bad line never stops a list: it is counted, and the first hundred are reported with file:line.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import Final, Literal, Protocol

from blocker.catalog.formats import domains, hosts
from blocker.core.policy import RuleAction
from blocker.errors import Problem, Problems
from blocker.ruleset import Progress, RulesetWriter
from blocker.ruleset.layout import EXACT

Bad = Callable[[int, bytes, str], None]
FORMATS: Final[dict[str, Callable[[Iterable[bytes], Bad], Iterator[tuple[int, bytes]]]]] = {
    "domains": domains.keys,
    "hosts": hosts.keys,
}
_BOM: Final = b"\xef\xbb\xbf"
_SAMPLE: Final = 200  # lines looked at to tell the format
_SHOWN: Final = 100  # bad lines reported in words; the rest are only counted
_STEP: Final = 1 << 20  # octets read between two calls of a Progress


class Subscription(Protocol):
    """What the configuration says of a list."""

    @property
    def name(self) -> str: ...
    @property
    def source(self) -> Path: ...
    @property
    def format(self) -> str: ...  # one of FORMATS, or auto
    @property
    def action(self) -> RuleAction: ...
    @property
    def match(self) -> Literal["exact", "subtree"]: ...


@dataclass(slots=True)
class BadLines:
    """How many lines were no names, and which."""

    file: str
    count: int = 0
    first: list[Problem] = field(default_factory=list)

    def __call__(self, number: int, text: bytes, why: str) -> None:
        self.count += 1
        if len(self.first) < _SHOWN:
            shown = text.strip()[:60].decode(errors="replace")
            self.first.append(Problem(self.file, number, repr(shown), why))


def add_subscription(
    writer: RulesetWriter, subscription: Subscription, progress: Progress = lambda *_: None
) -> None:
    """Read a list into the ruleset. Problems when the file cannot be read."""
    bad = BadLines(str(subscription.source))
    with _opened(subscription.source) as file:
        format_ = subscription.format
        if format_ == "auto":
            format_ = recognise(islice(file, _SAMPLE))
            file.seek(0)
        if file.read(len(_BOM)) != _BOM:
            file.seek(0)
        lines = _reporting(file, subscription, progress)
        flags = EXACT if subscription.match == "exact" else 0
        listed = writer.add_list(
            subscription.name,
            subscription.action,
            ((flags | line, key) for line, key in FORMATS[format_](lines, bad)),
        )
    listed |= {
        "file": str(subscription.source),
        "format": format_,
        "match": subscription.match,
        "bad": bad.count,
        "problems": [str(problem) for problem in bad.first],
    }


def fingerprint(subscription: Subscription) -> str:
    """Changes whenever what the subscription would add does."""
    with _opened(subscription.source) as file:
        content = hashlib.file_digest(file, "blake2b").hexdigest()
    kind = (subscription.name, subscription.format, subscription.action, subscription.match)
    return "\x00".join((*kind, str(subscription.source), content))


def recognise(lines: Iterable[bytes]) -> str:
    """The format of a list, by what most of its first lines look like."""
    written = [line.partition(b"#")[0].split() for line in lines]
    told = [words for words in written if words]
    with_address = sum(len(words) > 1 and hosts.is_address(words[0]) for words in told)
    return "hosts" if with_address * 2 > len(told) else "domains"


def _opened(path: Path) -> BufferedReader:
    try:
        return path.open("rb")
    except OSError as error:
        why = f"cannot be read: {error.strerror or error}"
        raise Problems([Problem(str(path), 0, "", why, "name a file that can")]) from None


def _reporting(
    file: BufferedReader, subscription: Subscription, progress: Progress
) -> Iterator[bytes]:
    """The file's lines; says how far it is every so many of them, in bytes."""
    size = subscription.source.stat().st_size
    done = 0
    while lines := file.readlines(_STEP):
        yield from lines
        done += sum(map(len, lines))
        progress(f"reading {subscription.name}", done, size)
