"""The accounts as CSV, for a spreadsheet.

Rule: a spreadsheet runs what begins like a formula, and names come from strangers; so such a cell
begins with an apostrophe (CWE-1236).
"""

import csv
import io
from typing import Final

from blocker.accounting.document import Document

COLUMNS: Final = (
    *(
        "device",
        "device_name",
        "vendor",
        "title",
        "jurisdiction",
        "purpose",
        "attempts",
        "blocked",
        "allowed",
    ),
    *("would_block", "names", "first", "last"),
)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def sheet(document: Document) -> str:
    """A line for each device, vendor and purpose."""
    makers = {each["vendor"]: each for each in document["vendors"]}
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for account in document["accounts"]:
        maker = makers[account["vendor"]]
        cells = {"title": maker["title"], "jurisdiction": maker["jurisdiction"], **account}
        writer.writerow(_safe(cells[column]) for column in COLUMNS)
    return text.getvalue()


def _safe(cell: object) -> object:
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return f"'{cell}"
    return cell
