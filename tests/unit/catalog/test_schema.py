"""The JSON schema in lists/ is the one the models make."""

import json
from pathlib import Path

from blocker.catalog.load import default_lists
from blocker.catalog.schema import schema, write
from blocker.core.policy import PURPOSES


def test_the_committed_schema_is_the_generated_one() -> None:
    committed = (default_lists() / "schema.json").read_text(encoding="utf-8")
    assert committed == schema(), "run python -m blocker.catalog.schema"


def test_an_editor_learns_the_closed_lists_and_refuses_other_keys() -> None:
    entry = json.loads(schema())["$defs"]["Entry"]
    assert entry["properties"]["purpose"]["enum"] == list(PURPOSES)
    assert "except" in entry["properties"]
    assert entry["additionalProperties"] is False


def test_the_three_kinds_of_file_are_in_it() -> None:
    kinds = [each["$ref"].rsplit("/", 1)[1] for each in json.loads(schema())["anyOf"]]
    assert kinds == ["VendorFile", "KeepFile", "SourcesFile"]


def test_it_is_written_where_the_modelines_look(tmp_path: Path) -> None:
    write(tmp_path)
    assert (tmp_path / "schema.json").read_text(encoding="utf-8") == schema()
