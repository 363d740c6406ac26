"""Reads files of cases: the lines of a list as people write them, then questions to it.

    ||example.org^
    ? U236 www.example.org A from 192.0.2.1 | www.example.org A 192.0.2.7 = block

Cases are apart by empty lines, and `%%` lies between two lists of a case. After `|` stands what the
upstream has; `from` names the client, `over tcp` the transport. What is in brackets is said of the
list in the configuration, and `;;` opens a remark.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.play import Listed

FOLDER = Path(__file__).parent / "cases"
_QUESTION = re.compile(
    r"\? (?P<id>\S+) (?P<name>\S+) (?P<type>\S+)(?P<tcp> over tcp)?(?: from (?P<client>[^|]+?))?"
    r"(?: \| (?P<upstream>.+?))? = (?P<expected>.+)\Z"
)


@dataclass(frozen=True)
class Case:
    """One question to one or more lists."""

    id: str
    lists: tuple[Listed, ...]
    question: str
    client: str
    tcp: bool
    upstream: tuple[str, ...]
    expected: str


def cases(file: str, **said: str) -> Iterator[Case]:
    """Every case of a file; `said` is the configuration of all its lists."""
    for block in (FOLDER / file).read_text().strip().split("\n\n"):
        lines = [line for line in block.split("\n") if not line.startswith(";;")]
        rules = "\n".join(line for line in lines if not line.startswith("? "))
        lists = tuple(_list(text, said) for text in rules.split("\n%%\n"))
        for line in lines:
            if line.startswith("? "):
                yield _case(line, lists)


def _case(line: str, lists: tuple[Listed, ...]) -> Case:
    found = _QUESTION.match(line)
    assert found, line
    return Case(
        id=found["id"],
        lists=lists,
        question=f"{found['name']} {found['type']}",
        client=found["client"] or "",
        tcp=bool(found["tcp"]),
        upstream=tuple((found["upstream"] or "").split("; ")) if found["upstream"] else (),
        expected=found["expected"],
    )


def _list(text: str, said: dict[str, str]) -> Listed:
    if text.startswith("["):
        first, _, text = text.partition("\n")
        said = {**said, **json.loads("{" + first[1:-1] + "}")}
    return Listed(text, said)
