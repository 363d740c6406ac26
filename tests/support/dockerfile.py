"""A Dockerfile's instructions, and what a .dockerignore keeps from the engine.

Rule: what is not understood is an error, so that no instruction is passed over in a test. Heredocs,
ONBUILD, ARG and variables in COPY are not understood; nothing here needs them.
"""

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePath

WORDS = {
    "FROM", "WORKDIR", "ENV", "RUN", "COPY", "LABEL", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL",
    "HEALTHCHECK", "ENTRYPOINT", "CMD",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Instruction:
    """`COPY --from=build /a /b` is COPY, {"from": "build"}, "/a /b"."""

    word: str
    flags: Mapping[str, str]
    rest: str

    def words(self) -> list[str]:
        """The rest, as a JSON array or as a shell would split it."""
        listed: list[str] = json.loads(self.rest) if self.rest.startswith("[") else []
        return listed or shlex.split(self.rest)

    def pairs(self) -> dict[str, str]:
        """The rest of ENV and LABEL: any number of KEY=value."""
        return dict(word.split("=", 1) for word in self.words())

    def command(self) -> list[str]:
        """The rest of HEALTHCHECK, which may only be CMD and a JSON array."""
        word, _, rest = self.rest.partition(" ")
        if self.word != "HEALTHCHECK" or word != "CMD" or not rest.startswith("["):
            raise ValueError(f"not understood: {self}")
        return Instruction(word, {}, rest).words()


def instructions(text: str) -> Iterator[Instruction]:
    """ValueError at what is not understood."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        if line.strip():
            yield _instruction(line)


def _instruction(line: str) -> Instruction:
    word, _, rest = line.strip().partition(" ")
    if word not in WORDS or "<<" in rest:
        raise ValueError(f"not understood: {line}")
    flags = {}
    while found := re.match(r"--([a-z-]+)=(\S+)\s+", rest):
        flags[found[1]] = found[2]
        rest = rest[found.end() :]
    return Instruction(word, flags, rest.strip())


def is_ignored(path: PurePath, patterns: Sequence[str]) -> bool:
    """Whether the engine is not sent it: the last line that covers it or a folder above decides."""
    ignored = False
    for line in patterns:
        if line and not line.startswith("#"):
            pattern = line.removeprefix("!")
            if any(_covers(pattern, each) for each in (path, *path.parents)):
                ignored = not line.startswith("!")
    return ignored


def _covers(pattern: str, path: PurePath) -> bool:
    """`*` is part of one name, `**/` any folders, none as well."""
    if pattern.startswith("**/"):
        return fnmatchcase(path.name, pattern.removeprefix("**/"))
    parts = pattern.split("/")
    return len(parts) == len(path.parts) and all(map(fnmatchcase, path.parts, parts))
