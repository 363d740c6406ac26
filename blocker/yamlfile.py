"""YAML as people write it here: plain objects, and the line of every one of them.

Scalars follow the YAML 1.2 core schema, so `off`, `no` and `NO` (Norway) stay text. Keys are always
text; a key written twice, a tag, an anchor or an alias is an error. `validate` checks a document
against a pydantic model and raises every fault at once, each with its line and what to write.
"""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from blocker.errors import Problem, Problems

Model = TypeVar("Model", bound=BaseModel)
Step = str | int
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST: Final = 32


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands in the file, and where its children do."""

    line: int
    children: dict[Step, "Place"]


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: `value` is dicts, lists and scalars; `place` has the same shape."""

    file: str
    value: Any
    place: Place

    def line(self, *path: Step) -> int:
        """The line of the node at `path`, or of its nearest ancestor that exists."""
        place = self.place
        for step in path:
            if step not in place.children:
                break
            place = place.children[step]
        return place.line

    def problem(self, path: Sequence[Step], what: str, instead: str = "") -> Problem:
        """A fault at `path`, for checks that a model cannot make."""
        return Problem(self.file, self.line(*path), _where(self.value, path), what, instead)


def read(path: Path, file: str = "") -> Document:
    """The document in a file; `file` names it in messages. Raises Problems, also if unreadable."""
    file = file or str(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        why = error.strerror or str(error)
        raise Problems([Problem(file, 0, "", f"cannot be read: {why}")]) from None
    try:
        return parse(data.decode("utf-8-sig"), file)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Problems([Problem(file, line, "", "is not UTF-8", "save it as UTF-8")]) from None


def parse(text: str, file: str) -> Document:
    """The document in `text`; an empty one is an empty mapping. Raises Problems."""
    builder = _Builder(file, yaml.parse(text, Loader=_Loader))
    try:
        value, place = builder.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = error.problem or error.context or "is not YAML"
        line = min(mark.line, text.rstrip().count("\n")) + 1 if mark else 0
        problem = Problem(file, line, "", what, "mend the YAML")
        raise Problems([*builder.problems, problem]) from None
    except yaml.YAMLError as error:  # a character that YAML forbids; its position is not a line
        what = str(error).splitlines()[0]
        raise Problems([*builder.problems, Problem(file, 0, "", what, "remove it")]) from None
    if builder.problems:
        raise Problems(builder.problems)
    return Document(file, value, place)


def validate(document: Document, model: type[Model]) -> Model:
    """The document as a model; raises Problems with every fault."""
    try:
        return model.model_validate(document.value)
    except ValidationError as error:
        raise Problems(problems_of(error, document, model)) from None


def problems_of(
    error: ValidationError, document: Document, model: type[BaseModel]
) -> list[Problem]:
    """What pydantic found, in our words and in the order of the file.

    A validator of ours raises ValueError("what is wrong; what to write instead").
    """
    found: dict[tuple[Step, ...], Problem] = {}
    for fault in error.errors(include_url=False):
        path = _real_path(document.place, fault["loc"], fault["type"])
        what, instead = _explain(dict(fault), model)
        # The members of a union each complain about one value: keep the most helpful complaint,
        # and none about a value whose inside was understood well enough to complain about that.
        if path not in found or "did you mean" not in found[path].instead:
            found[path] = document.problem(path, what, instead)
    inner = {path[:length] for path in found for length in range(1, len(path))}
    return sorted(problem for path, problem in found.items() if path not in inner)


def suggest(word: object, known: Sequence[str]) -> str:
    """What to write instead of `word`, chosen among `known`."""
    close = difflib.get_close_matches(str(word), known, n=1)
    if close:
        return f"did you mean {close[0]}?"
    return "write one of: " + ", ".join(known)


_NULL: Final = frozenset(("", "~", "null", "Null", "NULL"))
_TRUTH: Final = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER: Final = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")


def _plain(text: str) -> Any:
    """An unquoted scalar (YAML 1.2.2, section 10.3.2; no hexadecimal, nothing here needs it)."""
    if text[:1].isalpha() or text in _NULL:
        return None if text in _NULL else _TRUTH.get(text, text)
    if _INTEGER.match(text) and len(text) < 20:
        return int(text)
    return float(text) if _FLOAT.match(text) and len(text) < 20 else text


class _Builder:
    """Events to objects. Events, because composing nodes costs three times as much."""

    def __init__(self, file: str, events: Iterator[Any]) -> None:
        self.file = file
        self.events = events
        self.problems: list[Problem] = []

    def document(self) -> tuple[Any, Place]:
        value: Any = {}
        place = Place(1, {})
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._wrong(event, "a second document", "keep one document in a file")
                    break
                value, place = self._node(next(self.events), 0)
        return ({} if value is None else value), place

    def _node(self, event: Any, depth: int) -> tuple[Any, Place]:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            self._wrong(event, "an alias (*name)", "write the value out; quote a name with *")
            return None, Place(line, {})
        if event.anchor or (event.tag and event.tag != "!"):
            self._wrong(event, "an anchor (&name) or a tag (!name)", "write the value out")
        if isinstance(event, yaml.ScalarEvent):
            return (event.value if event.style else _plain(event.value)), Place(line, {})
        if depth == _DEEPEST:
            raise yaml.MarkedYAMLError(problem="nested too deeply", problem_mark=event.start_mark)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(line, depth)
        return self._mapping(line, depth)

    def _sequence(self, line: int, depth: int) -> tuple[Any, Place]:
        values: list[Any] = []
        places: dict[Step, Place] = {}
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            value, places[len(values)] = self._node(event, depth + 1)
            values.append(value)
        return values, Place(line, places)

    def _mapping(self, line: int, depth: int) -> tuple[Any, Place]:
        values: dict[str, Any] = {}
        places: dict[Step, Place] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = event.value if isinstance(event, yaml.ScalarEvent) else None
            if key is None:
                self._wrong(event, "a key that is not text", "write `key: value`")
                self._node(event, depth + 1)
            elif key in values:
                first = places[key].line
                self._wrong(event, f"the key {key} again (first on line {first})", "remove one")
            value, place = self._node(next(self.events), depth + 1)
            if key is not None:
                values[key] = value
                places[key] = Place(event.start_mark.line + 1, place.children)
        return values, Place(line, places)

    def _wrong(self, event: Any, what: str, instead: str) -> None:
        line = event.start_mark.line + 1
        self.problems.append(Problem(self.file, line, "", what, instead))


def _real_path(place: Place, loc: Sequence[Step], kind: str) -> tuple[Step, ...]:
    """The steps of a pydantic location that are in the file; it also names members of unions."""
    path: list[Step] = []
    for step in loc:
        if step in place.children:
            place = place.children[step]
            path.append(step)
    if kind == "missing":
        path.append(loc[-1])
    return tuple(path)


def _where(value: Any, path: Sequence[Step]) -> str:
    """`entries[data.mistat.xiaomi.com].purpose`: an item goes by its name, if it has one."""
    where = ""
    for step in path:
        if isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
            name = value.get("name") if isinstance(value, dict) else None
            where += f"[{name if isinstance(name, str) else step + 1}]"
        else:
            value = value.get(step) if isinstance(value, dict) else None
            where += f".{step}" if where else str(step)
    return where


_TYPES: Final = {  # the beginning of pydantic's error type: what the value must be
    "string": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "list": "a list",
    "tuple": "a list",
    "set": "a list",
    "frozen_set": "a list",
    "dict": "a mapping (key: value)",
    "mapping": "a mapping (key: value)",
    "model": "a mapping (key: value)",
}


def _explain(fault: dict[str, Any], model: type[BaseModel]) -> tuple[str, str]:
    kind, given, context = fault["type"], fault.get("input"), fault.get("ctx", {})
    shown = given if isinstance(given, str) else repr(given)
    if kind == "missing":
        return "is missing", f"add `{fault['loc'][-1]}:`"
    if kind == "extra_forbidden":
        known = sorted(set(_keys_at(model, fault["loc"][:-1])))
        return "unknown key", suggest(fault["loc"][-1], known)
    if kind in ("literal_error", "enum"):
        known = re.findall(r"'([^']*)'", context.get("expected", ""))
        return f"{shown} is not known here", suggest(given, known)
    if kind in ("too_short", "string_too_short"):
        return "is empty", "write at least one" if kind == "too_short" else "write some text"
    if kind == "value_error":
        what, _, instead = str(context["error"]).partition("; ")
        return what, instead
    expected = _TYPES.get(re.sub(r"_(type|parsing|from_float|attributes_type)\Z", "", kind))
    if expected:
        return f"{shown[:60]} is not {expected}", ""
    return f"{shown[:60]} is wrong: {fault['msg'].removeprefix('Value error, ')}", ""


def _keys_at(model: type[BaseModel], loc: Sequence[Step]) -> Iterator[str]:
    """The keys that the models at a location know."""
    here: list[Any] = [model]
    for step in loc:
        here = [inner for outer in here for inner in _inside(outer, step)] or here
    for kind in here:
        for name, field in _models(kind):
            yield field.alias or name


def _inside(annotation: Any, step: Step) -> Iterator[Any]:
    """The annotations one step below: a field of a model, or the items of a container."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            if step in (name, field.alias):
                yield field.annotation
    elif get_origin(annotation) in (Union, UnionType):
        for member in get_args(annotation):
            yield from _inside(member, step)
    elif get_origin(annotation) not in (None, Literal):
        yield from get_args(annotation)


def _models(annotation: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from annotation.model_fields.items()
    for member in get_args(annotation):
        yield from _models(member)
