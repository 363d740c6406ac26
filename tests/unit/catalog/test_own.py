"""The form of one's own files: less has to be written, and the rest is as strict."""

from pathlib import Path

import pytest

from blocker.catalog.own import OwnKeepFile, OwnSourcesFile, OwnVendorFile
from blocker.errors import Problems
from blocker.yamlfile import parse, validate
from tests.support.lists import XIAOMI


def test_a_vendor_is_enough() -> None:
    file = OwnVendorFile.model_validate({"vendor": "xiaomi"})
    assert (file.title, file.entries, file.remove) == (None, [], [])


def test_a_shipped_file_will_do(tmp_path: Path) -> None:
    file = validate(parse(XIAOMI, "xiaomi.yaml"), OwnVendorFile)
    assert len(file.entries) == 2


@pytest.mark.parametrize("model", [OwnKeepFile, OwnSourcesFile])
def test_other_files_may_be_empty(model: type[OwnKeepFile] | type[OwnSourcesFile]) -> None:
    validate(parse("", "empty.yaml"), model)


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("vendor: x\nremoved: []\n", "f:2: removed: unknown key; did you mean remove?"),
        ("remove: []\n", "f:1: vendor: is missing; add `vendor:`"),
        (
            "vendor: x\nremove: [a.example.org]\n",
            "f:2: remove[1]: a.example.org is not a mapping (key: value)",
        ),
        (
            "vendor: x\nremove: [{name: a.example.org}]\n",
            "f:2: remove[a.example.org].reason: is missing; add `reason:`",
        ),
        (
            "vendor: x\nremove: [{name: com, reason: R}]\n",
            "f:2: remove[com].name: com is not one owner's; write a name below it",
        ),
        ("vendor: ../x\n", "f:1: vendor: ../x is wrong"),
        ("vendor: x\njurisdiction: China\n", "f:2: jurisdiction: China is wrong"),
    ],
)
def test_what_is_wrong_has_its_line(text: str, complaint: str) -> None:
    with pytest.raises(Problems) as raised:
        validate(parse(text, "f"), OwnVendorFile)
    (problem,) = raised.value.problems
    assert str(problem).startswith(complaint)
