"""lists/schema.json, so that an editor completes and checks as one writes.

Made from the models: `python -m blocker.catalog.schema` writes it anew.
"""

import json
from pathlib import Path

from pydantic import TypeAdapter

from blocker.catalog.entry import KeepFile, SourcesFile, VendorFile
from blocker.catalog.load import default_lists

_FILES: TypeAdapter[VendorFile | KeepFile | SourcesFile] = TypeAdapter(
    VendorFile | KeepFile | SourcesFile
)


def schema() -> str:
    """The text of schema.json: one schema for the three kinds of file."""
    made = _FILES.json_schema(by_alias=True)
    heading = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Curated lists of vendor telemetry",
        "description": "Generated: python -m blocker.catalog.schema",
    }
    return json.dumps(heading | made, indent=2) + "\n"


def write(folder: Path) -> None:
    (folder / "schema.json").write_text(schema(), encoding="utf-8")


if __name__ == "__main__":
    write(default_lists())
