"""Families: many names of one kind, written once, such as `*-stsdk.vivo.com.cn` or
`log[0-9]*.example.com`.

In a label `*` stands for any octets and `[...]` for one of a set; the labels after the last such
label are the fixed parent. Names below a member belong to the family too. Cold path only: a
family is looked at when a name lies below its parent.
"""

import re
from functools import cache

from blocker.core.names import labels

_BETWEEN = "\u0100"  # no octet, unlike the dot, which may stand inside a label


def is_member(name: bytes, parent: bytes, text: str) -> bool:
    """Whether the wire name, which lies below `parent`, belongs to the family written as `text`."""
    own = name[: len(name) - len(parent)] + b"\x00"
    above = _BETWEEN.join(label.decode("latin-1") for label in labels(own))
    return _expression(text).fullmatch(above) is not None


def own_labels(text: str) -> list[str]:
    """The family's labels down to the last one that varies; what follows is the fixed parent."""
    written = text.lower().split(".")
    varying = [position for position, label in enumerate(written) if "*" in label or "[" in label]
    return written[: varying[-1] + 1]


@cache
def _expression(text: str) -> re.Pattern[str]:
    wanted = _BETWEEN.join(
        "".join(_part(part) for part in re.findall(r"\[[^\]]*\]|\*|[^*\[]+", label))
        for label in own_labels(text)
    )
    return re.compile(f"(?:.*{_BETWEEN})?{wanted}", re.DOTALL)


def _part(part: str) -> str:
    if part == "*":
        return f"[^{_BETWEEN}]*"
    return part if part.startswith("[") else re.escape(part)
