"""The child that tries a change: what it is given and what it gives back."""

import asyncio
from pathlib import Path

import pytest

from blocker.admin.propose import propose_aside
from blocker.catalog.ownfile import OwnFile
from blocker.catalog.proposal import propose
from blocker.errors import StartError
from tests.support.lists import entry, write_lists

OWN = "vendor: xiaomi\nentries:\n" + entry("own.mi.com") + entry("tracking.miui.com", "location")


@pytest.fixture
def file(tmp_path: Path) -> OwnFile:
    return OwnFile.named("xiaomi", write_lists(tmp_path / "lists"), tmp_path / "lists.d")


@pytest.mark.parametrize("text", [OWN, OWN.replace("location", "x"), OWN.replace("MIUI", "ä"), ""])
def test_says_what_is_said_here(file: OwnFile, text: str) -> None:
    assert asyncio.run(propose_aside(file, text)) == propose(file, text)


def test_what_cannot_be_tried_is_told(tmp_path: Path) -> None:
    missing = OwnFile.named("xiaomi", tmp_path, tmp_path / "lists.d")
    (problem,) = asyncio.run(propose_aside(missing, "")).problems
    assert problem.what == "no such folder"
    broken = write_lists(tmp_path / "lists")
    unreadable = OwnFile("a\0b", broken, tmp_path / "lists.d")
    with pytest.raises(StartError, match="could not be checked"):
        asyncio.run(propose_aside(unreadable, ""))
