"""CSV: a line for each account, and nothing that a spreadsheet would run."""

import csv
import io

import pytest

from blocker.accounting.document import document
from blocker.accounting.sheet import COLUMNS, sheet
from tests.support.logrows import Stored
from tests.unit.accounting.test_report import log, made

__all__ = ["log"]


def lines(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_line_for_each_account(log: Stored) -> None:
    told = document(made(log))
    read = lines(sheet(told))
    assert list(read[0]) == list(COLUMNS)
    assert len(read) == len(told["accounts"])
    assert sum(int(each["attempts"]) for each in read) == 15
    xiaomi = next(each for each in read if each["purpose"] == "analytics")
    assert (xiaomi["title"], xiaomi["jurisdiction"], xiaomi["blocked"]) == ("Xiaomi", "CN", "6")
    none = next(each for each in read if each["vendor"] == "subscription")
    assert (none["title"], none["jurisdiction"]) == ("subscribed lists", "")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_nothing_begins_like_a_formula(log: Stored, name: str) -> None:
    told = document(made(log))
    told["accounts"][0]["device"] = told["accounts"][0]["device_name"] = name
    (first, *_) = lines(sheet(told))
    assert first["device"].startswith("'")
    assert first["device_name"] == first["device"]
    assert first["device"].removeprefix("'").strip() == name.strip()
