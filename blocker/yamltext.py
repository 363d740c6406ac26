"""Writing YAML, and writing changes into YAML that a person wrote: what has not changed stays as it
is, comments and all.

Rule: the result is read back before it is given out. Where the layout of a file is beyond this
editor, the file is written anew: without comments, but never with another meaning.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from blocker.errors import Problems
from blocker.yamlfile import Document, Place, parse

WIDTH: Final = 100
_BEFORE_KEY: Final = re.compile(r"[ -]*")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./:@+-]*(?<!:)\Z")


def rewritten(text: str, document: Document, value: Any) -> str:
    """`text`, which `document` was read from, saying `value` instead."""
    if document.value == value:
        return text
    lines = text.splitlines()
    edited = _mapping(lines, document.value, value, document.place, 0, len(lines))
    if edited is not None:
        result = "\n".join(edited) + "\n"
        if _says(result, value):
            return result
    return dumped(value)


def dumped(value: dict[str, Any]) -> str:
    """A mapping as a file of its own."""
    return "".join(f"{line}\n" for line in _block(value, ""))


class _Beyond(Exception):
    """Not laid out as this editor knows it."""


def _says(text: str, value: Any) -> bool:
    try:
        return bool(parse(text, "").value == value)
    except Problems:
        return False


def _mapping(
    lines: list[str], old: Any, new: Any, place: Place, start: int, end: int
) -> list[str] | None:
    """The lines from `start` to `end`, which hold the keys of a block mapping, with new values."""
    try:
        return list(_edited_keys(lines, old, new, place, start, end))
    except _Beyond:
        return None


def _edited_keys(
    lines: list[str], old: Any, new: Any, place: Place, start: int, end: int
) -> Iterator[str]:
    keys = list(place.children)
    starts = [place.children[key].line - 1 for key in keys]
    if sorted(set(starts)) != starts:
        raise _Beyond  # two keys on a line: written in braces
    column = _column(lines[starts[0]], str(keys[0])) if keys else 0
    yield from lines[start : starts[0] if keys else end]
    added = _block({key: value for key, value in new.items() if key not in old}, " " * column)
    for number, key in enumerate(keys):
        first = starts[number]
        following = starts[number + 1] if number + 1 < len(keys) else end
        last = _last(lines, first, following)
        if _column(lines[first], str(key)) != column:
            raise _Beyond
        if key in new:
            if old[key] == new[key]:
                yield from lines[first:last]
            else:
                yield from _edited(lines, str(key), old, new, place, first, last, column)
        if number + 1 == len(keys):
            yield from added
        yield from lines[last:following]
    if not keys:
        yield from added


def _edited(
    lines: list[str],
    key: str,
    old: Any,
    new: Any,
    place: Place,
    first: int,
    last: int,
    column: int,
) -> Iterator[str]:
    """One key and its value."""
    before, after, inner = old[key], new[key], place.children[key]
    head = min((child.line - 1 for child in inner.children.values()), default=first)
    if after and head > first:  # in block style, below the key
        below: list[str] | None = None
        if isinstance(before, dict) and isinstance(after, dict):
            below = _mapping(lines, before, after, inner, first + 1, last)
        elif isinstance(before, list) and isinstance(after, list):
            below = _sequence(lines, before, after, inner, first + 1, last)
        if below is not None:
            yield lines[first]
            yield from below
            return
    indent = lines[first][:column]
    changed = list(_block({key: after}, " " * column))
    yield indent + changed[0][column:]
    yield from changed[1:]


def _sequence(
    lines: list[str], old: list[Any], new: list[Any], place: Place, start: int, end: int
) -> list[str] | None:
    """The items of a block sequence: kept, edited (known by `name`), dropped, added at its end."""
    starts = [place.children[number].line - 1 for number in range(len(old))]
    if sorted(set(starts)) != starts or any(lines[at].lstrip()[:2] != "- " for at in starts):
        return None
    left = list(new)
    result = lines[start : starts[0]]
    for number, item in enumerate(old):
        following = starts[number + 1] if number + 1 < len(old) else end
        first, last = starts[number], _last(lines, starts[number], following)
        successor = _successor(item, left)
        if successor == item:
            result += lines[first:last]
        elif successor is not None:
            edited = _mapping(lines, item, successor, place.children[number], first, last)
            if edited is None:
                return None
            result += edited
        if successor is not None:
            left.remove(successor)
        if number + 1 == len(old):
            indent = " " * (len(lines[first]) - len(lines[first].lstrip()))
            result += _items(left, indent)
        result += lines[last:following]
    return result


def _successor(item: Any, left: list[Any]) -> Any:
    if item in left:
        return item
    if isinstance(item, dict):
        named = [each for each in left if isinstance(each, dict) and "name" in each]
        return next((each for each in named if each["name"] == item.get("name")), None)
    return None


def _column(line: str, key: str) -> int:
    found = _BEFORE_KEY.match(line)
    column = found.end() if found else 0
    if not re.match(rf"(['\"]?){re.escape(key)}\1\s*:", line[column:]):
        raise _Beyond
    return column


def _last(lines: list[str], first: int, end: int) -> int:
    """Comments and empty lines at the end belong to what follows."""
    while end > first + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip()[:1] == "#"):
        end -= 1
    return end


def _block(value: dict[str, Any], indent: str) -> Iterator[str]:
    for key, item in value.items():
        name = f"{indent}{_scalar(key)}:"
        if isinstance(item, dict) and item:
            yield name
            yield from _block(item, indent + "  ")
        elif isinstance(item, list) and item:
            flow = f"{name} [{', '.join(map(_scalar, item))}]" if _are_scalars(item) else ""
            if flow and len(flow) <= WIDTH and len(item) < 4:
                yield flow
            else:
                yield name
                yield from _items(item, indent + "  ")
        else:
            yield f"{name} {_scalar(item)}"


def _items(items: list[Any], indent: str) -> Iterator[str]:
    for item in items:
        if isinstance(item, dict) and item:
            first, *rest = _block(item, indent + "  ")
            yield f"{indent}- {first.lstrip()}"
            yield from rest
        elif isinstance(item, list) and item:
            yield f"{indent}- {_flow(item)}"
        else:
            yield f"{indent}- {_scalar(item)}"


def _flow(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{_scalar(key)}: {_flow(each)}" for key, each in value.items()) + "}"
        )
    return _scalar(value)


def _are_scalars(items: list[Any]) -> bool:
    return not any(isinstance(each, dict | list) for each in items)


def _scalar(value: Any) -> str:
    """YAML takes what JSON writes; words are plainer without quotes."""
    if not isinstance(value, str):
        return json.dumps(value)
    if _PLAIN.match(value) and _says(value, value):
        return value
    return f'"{"".join(map(_character, value))}"'


def _character(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"
