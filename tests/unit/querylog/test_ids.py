"""Numbers: the same for the same value, over restarts and when more than are remembered."""

from pathlib import Path

from blocker.querylog import tables
from blocker.querylog.ids import Ids
from tests.support.logrows import Stored


def test_the_same_value_has_the_same_number(tmp_path: Path) -> None:
    log = Stored(tmp_path)
    values = [(f"n{number}.example",) for number in range(1_200)]
    with log.engine.begin() as connection:
        ids = Ids(tables.names, ["name"], room=100)
        first = ids.of(connection, values)
        again = ids.of(connection, values[::-1])
        assert first == again
        assert sorted(first.values()) == list(range(1, 1_201))
        anew = Ids(tables.names, ["name"]).of(connection, [*values[:3], ("new.example",)])
    assert anew == {**{value: first[value] for value in values[:3]}, ("new.example",): 1_201}


def test_values_of_several_columns_and_what_else_stands_in_the_row(tmp_path: Path) -> None:
    log = Stored(tmp_path)
    columns = ["vendor", "purpose"]
    with log.engine.begin() as connection:
        ids = Ids(tables.accounts, columns)
        numbers = ids.of(connection, [("a", "x"), ("b", "x")], lambda _: {"outcome": "allowed"})
        ids.forget()
        found = ids.of(connection, [("b", "x")])
    assert found == {("b", "x"): numbers["b", "x"]}
