"""YAML with lines, and pydantic's findings in our words."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import pytest
import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from blocker.errors import Problems
from blocker.yamlfile import parse, read, suggest, validate

pytestmark = pytest.mark.alone


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Chosen(Strict):
    purposes: list[Literal["analytics", "location"]]


def _short(text: str) -> str:
    if len(text) > 3:
        message = f"{text} is long; write {text[:3]}"
        raise ValueError(message)
    return text


class Item(Strict):
    name: str
    purpose: Literal["analytics", "location"]
    evidence: list[str] = Field([], min_length=1)
    code: Annotated[str, AfterValidator(_short)] = ""


class File(Strict):
    items: list[Item] = []
    vendors: dict[str, Literal["off", "shadow"] | Chosen] = {}
    limit: int = 0
    on: bool = False


def complaints(text: str) -> list[str]:
    with pytest.raises(Problems) as raised:
        validate(parse(text, "f.yaml"), File)
    return str(raised.value).splitlines()


@pytest.mark.parametrize(
    "written, value",
    [
        ("off", "off"),
        ("NO", "NO"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("5300", 5300),
        ("-3", -3),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("'5300'", "5300"),
        ("12:30", "12:30"),
        ("2023-01-01", "2023-01-01"),
        ("=example.org", "=example.org"),
        ("1_000", "1_000"),
        ("9" * 30, "9" * 30),
    ],
)
def test_scalars_follow_the_core_schema(written: str, value: object) -> None:
    assert parse(f"key: {written}", "f").value == {"key": value}


def test_keys_are_text() -> None:
    assert parse("1: a\non: b", "f").value == {"1": "a", "on": "b"}


def test_an_empty_document_is_an_empty_mapping() -> None:
    assert parse("", "f").value == {}
    assert parse("# nothing here\n", "f").value == {}


def test_every_node_has_its_line() -> None:
    document = parse("items:\n  - name: a\n    purpose:\n      analytics\n  - {name: b}\n", "f")
    assert document.line("items") == 1
    assert document.line("items", 0) == 2
    assert document.line("items", 0, "purpose") == 3, "the key's line, not the value's"
    assert document.line("items", 1, "name") == 5
    assert document.line("items", 1, "purpose") == 5, "what is missing belongs to its parent"


@pytest.mark.parametrize(
    "text, wanted",
    [
        ("a: 1\na: 2", "f:2: the key a again (first on line 1); remove one"),
        ("a: [1,\n2", "f:2: did not find expected ',' or ']'"),
        ("a:\n\tb: 1", "f:2: found character that cannot start any token"),
        ("a: &x 1", "f:1: an anchor (&name) or a tag (!name)"),
        ("a: !!python/object:os 1", "f:1: an anchor (&name) or a tag (!name)"),
        ("a: 1\nb: *x", "f:2: an alias (*name); write the value out; quote a name with *"),
        ("? [a]\n: 1", "f:1: a key that is not text"),
        ("a: 1\n---\nb: 2", "f:2: a second document"),
        ("[" * 100, "f:1: nested too deeply"),
        ("a: \x01", "f: unacceptable character"),
    ],
)
def test_faults_of_syntax(text: str, wanted: str) -> None:
    with pytest.raises(Problems, match=r"^f") as raised:
        parse(text, "f")
    assert wanted in str(raised.value)


def test_all_faults_of_syntax_at_once() -> None:
    with pytest.raises(Problems) as raised:
        parse("a: 1\na: 2\nb: &x 1\nc: [", "f")
    assert [problem.line for problem in raised.value.problems] == [2, 3, 4]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(Problems, match=r"none\.yaml: cannot be read: No such file"):
        read(tmp_path / "none.yaml")


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"a: 1\nb: \xe9\n")
    with pytest.raises(Problems, match=r"^lists/latin:2: is not UTF-8; save it as UTF-8$"):
        read(path, "lists/latin")


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read(path).value == {"a": 1}


def test_a_valid_document_becomes_the_model() -> None:
    file = validate(parse("limit: 3\nvendors: {xiaomi: off}\non: yes", "f"), File)
    assert (file.limit, file.vendors, file.on) == (3, {"xiaomi": "off"}, True)


def test_every_fault_of_a_document_at_once_in_order() -> None:
    text = """\
items:
  - name: data.mistat.xiaomi.com
    purpos: analytics
  - {name: 5, purpose: analytic, evidence: [], code: four}
  - text
limit: many
"""
    assert complaints(text) == [
        "f.yaml:2: items[data.mistat.xiaomi.com].purpose: is missing; add `purpose:`",
        "f.yaml:3: items[data.mistat.xiaomi.com].purpos: unknown key; did you mean purpose?",
        "f.yaml:4: items[2].code: four is long; write fou",
        "f.yaml:4: items[2].evidence: is empty; write at least one",
        "f.yaml:4: items[2].name: 5 is not text",
        "f.yaml:4: items[2].purpose: analytic is not known here; did you mean analytics?",
        "f.yaml:5: items[3]: text is not a mapping (key: value)",
        "f.yaml:6: limit: many is not a whole number",
    ]


def test_of_a_union_the_most_helpful_complaint_is_made() -> None:
    text = "vendors:\n  a: of\n  b: {purposes: [analitics], max: 5}\n  c: {}\n"
    assert complaints(text) == [
        "f.yaml:2: vendors.a: of is not known here; did you mean off?",
        "f.yaml:3: vendors.b.max: unknown key; write one of: purposes",
        "f.yaml:3: vendors.b.purposes[1]: analitics is not known here; did you mean analytics?",
        "f.yaml:4: vendors.c.purposes: is missing; add `purposes:`",
    ]


def test_a_document_of_another_kind() -> None:
    assert complaints("- a\n- b") == [
        "f.yaml:1: ['a', 'b'] is not a mapping (key: value)",
    ]


def test_suggestions() -> None:
    assert suggest("analitics", ["analytics", "push"]) == "did you mean analytics?"
    assert suggest("xyz", ["analytics", "push"]) == "write one of: analytics, push"


def test_three_thousand_entries_take_little_more_than_their_events() -> None:
    entry = "  - name: data.mistat.xiaomi.com\n    purpose: analytics\n    evidence: [a, b]\n"
    text = "items:\n" + entry * 3000
    assert len(validate(parse(text, "f"), File).items) == 3000
    read = least_time(lambda: validate(parse(text, "f"), File))
    events = least_time(lambda: list(yaml.parse(text, Loader=yaml.CSafeLoader)))
    assert read < 4 * events  # against another's time on the same machine, busy or not


def least_time(work: Callable[[], object]) -> float:
    times = []
    for _ in range(5):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)
