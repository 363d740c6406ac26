"""The JSON schema in lists/ is the one the models make."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from blocker.catalog.load import default_lists
from blocker.catalog.schema import own_schema, schema, write
from blocker.core.policy import PURPOSES


@pytest.mark.parametrize("name, made", [("schema.json", schema), ("own.schema.json", own_schema)])
def test_the_committed_schema_is_the_generated_one(name: str, made: Callable[[], str]) -> None:
    committed = (default_lists() / name).read_text(encoding="utf-8")
    assert committed == made(), "run python -m blocker.catalog.schema"


def test_an_editor_learns_the_closed_lists_and_refuses_other_keys() -> None:
    entry = json.loads(schema())["$defs"]["Entry"]
    assert entry["properties"]["purpose"]["enum"] == list(PURPOSES)
    assert "except" in entry["properties"]
    assert entry["additionalProperties"] is False


def test_the_four_kinds_of_file_are_in_it() -> None:
    kinds = [each["$ref"].rsplit("/", 1)[1] for each in json.loads(schema())["anyOf"]]
    assert kinds == ["VendorFile", "KeepFile", "SourcesFile", "ResolversFile"]


def test_of_ones_own_files_a_vendor_is_enough() -> None:
    file = json.loads(own_schema())["$defs"]["OwnVendorFile"]
    assert file["required"] == ["vendor"]
    assert "remove" in file["properties"]


def test_it_is_written_where_the_modelines_look(tmp_path: Path) -> None:
    write(tmp_path)
    assert (tmp_path / "schema.json").read_text(encoding="utf-8") == schema()
    assert (tmp_path / "own.schema.json").read_text(encoding="utf-8") == own_schema()
