"""The words that all that is asked shares."""

import re

import pytest
from pydantic import TypeAdapter

from blocker.asked.asked import Client, Names, Note, Period, span
from blocker.config.units import duration

names, client, period = (TypeAdapter(kind) for kind in (Names, Client, Period))
note: TypeAdapter[str] = TypeAdapter(Note)


def test_one_name_is_a_list_of_one() -> None:
    assert names.validate_python("a.example") == ["a.example"]
    assert names.validate_python(["a", "=b"]) == ["a", "=b"]


@pytest.mark.parametrize(
    "written", ["", [], "a..b", ["a", "b c"], 5, None, ["a"] * 1001, "x" * 2000]
)
def test_what_is_no_name(written: object) -> None:
    with pytest.raises(ValueError, match=r"name|valid|at least|at most|empty|label|octets"):
        names.validate_python(written)


@pytest.mark.parametrize("written", ["", "Škola: <b>until June</b> 📺", "x" * 500])
def test_a_note_is_what_a_person_writes(written: str) -> None:
    assert note.validate_python(written) == written


@pytest.mark.parametrize(
    "written", ["a\nupstreams: [udp://192.0.2.66]", "\x1b[2J", "\x00", "\x9b", "\u202e", "x" * 501]
)
def test_what_no_note_may_have(written: str) -> None:
    with pytest.raises(ValueError, match=r"one line, without control characters|at most"):
        note.validate_python(written)


@pytest.mark.parametrize(
    "written, read", [("192.0.2.1", "192.0.2.1"), ("2001:DB8::0:1", "2001:db8::1")]
)
def test_a_client_has_one_form(written: str, read: str) -> None:
    assert client.validate_python(written) == read


@pytest.mark.parametrize("written", ["", "192.0.2.0/24", "kids", 5, None])
def test_what_is_no_client(written: object) -> None:
    with pytest.raises(ValueError, match="is not an address; write"):
        client.validate_python(written)


@pytest.mark.parametrize("text", ["45s", "30m", "2h", "1d", "90m"])
def test_spans_are_written_as_they_are_read(text: str) -> None:
    assert span(duration(text)) == text
    assert period.validate_python(text) == duration(text)


@pytest.mark.parametrize("unit, most", [("s", 315_360_000), ("m", 5_256_000), ("d", 3650)])
def test_the_description_of_a_period_says_what_is_taken(unit: str, most: int) -> None:
    adapter: TypeAdapter[int] = TypeAdapter(Period)
    pattern = adapter.json_schema()["pattern"]
    numbers = [0, 1, 9, 10, 99, 3649, 3650, 3651, most - 1, most, most + 1, most * 10]
    for text in [f"{number}{unit}" for number in numbers] + [
        f"00{unit}",
        f"007{unit}",
        f"-1{unit}",
    ]:
        try:
            adapter.validate_python(text)
        except ValueError:
            assert not re.search(pattern, text), text
        else:
            assert re.search(pattern, text), text
