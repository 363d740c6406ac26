"""lists/schema.json, so that an editor completes and checks as one writes; own.schema.json likewise
for files of one's own.

Made from the models: `python -m blocker.catalog.schema` writes them anew.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from blocker.catalog.entry import KeepFile, SourcesFile, VendorFile
from blocker.catalog.load import default_lists
from blocker.catalog.own import OwnKeepFile, OwnSourcesFile, OwnVendorFile
from blocker.catalog.resolvers import ResolversFile

_FILES: TypeAdapter[VendorFile | KeepFile | SourcesFile | ResolversFile] = TypeAdapter(
    VendorFile | KeepFile | SourcesFile | ResolversFile
)


_OWN: TypeAdapter[OwnVendorFile | OwnKeepFile | OwnSourcesFile] = TypeAdapter(
    OwnVendorFile | OwnKeepFile | OwnSourcesFile
)


def schema() -> str:
    """The text of schema.json: one schema for the four kinds of file."""
    return _text(_FILES, "Curated lists of vendor telemetry")


def own_schema() -> str:
    """The text of own.schema.json."""
    return _text(_OWN, "One's own edits of curated lists")


def _text(files: TypeAdapter[Any], title: str) -> str:
    made = files.json_schema(by_alias=True)
    heading = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "description": "Generated: python -m blocker.catalog.schema",
    }
    return json.dumps(heading | made, indent=2) + "\n"


def write(folder: Path) -> None:
    (folder / "schema.json").write_text(schema(), encoding="utf-8")
    (folder / "own.schema.json").write_text(own_schema(), encoding="utf-8")


if __name__ == "__main__":
    write(default_lists())
