"""What every file keeps to: a twin that tests it, a docstring, a size, a telling name."""

import ast
import re
from pathlib import Path

import pytest

from tests.support.source import PACKAGE, ROOT, package_files, python_files, relative, tree

MAX_LINES = 300
UNIT = ROOT / "tests" / "unit"
# Words that fit any class, and so tell of none.
EMPTY_WORDS = re.compile(r"(Manager|Helper|Handler|Utils?|Data|Info)$")
EMPTY_MODULES = re.compile(r"(^|_)(utils?|helpers?|misc|common|manager|handlers?)$")


def twin_of(path: Path) -> Path:
    inside = path.relative_to(PACKAGE)
    name = f"{inside.parent.name}" if inside.stem == "__init__" else inside.stem
    return UNIT / inside.parent / f"test_{name}.py"


def _only_names_its_parts(path: Path) -> bool:
    """An __init__ that holds a docstring, imports and __all__ has nothing to test."""
    return path.name == "__init__.py" and all(
        isinstance(node, ast.Import | ast.ImportFrom | ast.Expr | ast.Assign)
        for node in tree(path).body
    )


@pytest.mark.parametrize("path", package_files(), ids=relative)
def test_every_module_has_a_twin(path: Path) -> None:
    assert _only_names_its_parts(path) or twin_of(path).is_file(), (
        f"write {relative(twin_of(path))}"
    )


def test_every_twin_has_a_module() -> None:
    twins = {twin_of(path) for path in package_files()}
    strays = [relative(path) for path in UNIT.rglob("test_*.py") if path not in twins]
    assert not strays, f"no module of that name; is the test an integration test? {strays}"


@pytest.mark.parametrize("path", python_files(), ids=relative)
def test_file_is_one_idea(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MAX_LINES, f"{lines} lines: which second idea wants a file of its own?"


@pytest.mark.parametrize("path", python_files(), ids=relative)
def test_file_says_what_it_is_for(path: Path) -> None:
    if tree(path).body:
        assert ast.get_docstring(tree(path)), "open with what it is for, and its rule"


@pytest.mark.parametrize("path", python_files(), ids=relative)
def test_names_say_something(path: Path) -> None:
    empty = [
        f"{relative(path)}:{node.lineno}: {node.name}"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and EMPTY_WORDS.search(node.name)
    ]
    assert not empty
    assert not EMPTY_MODULES.search(path.stem)
