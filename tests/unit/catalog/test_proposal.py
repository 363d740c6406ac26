"""A proposed file: its faults with their lines, and what it would do to names."""

from pathlib import Path

import pytest

from blocker.catalog.ownfile import OwnFile
from blocker.catalog.proposal import Proposal, propose
from tests.support.lists import entry, write_lists, write_own

OWN = "vendor: xiaomi\nentries:\n" + entry("own.mi.com")
REMOVE = "remove: [{name: tracking.miui.com, reason: R}]\n"


@pytest.fixture
def file(tmp_path: Path) -> OwnFile:
    return OwnFile.named("xiaomi", write_lists(tmp_path / "lists"), tmp_path / "lists.d")


def kinds(proposal: Proposal) -> list[tuple[str, str]]:
    assert proposal.problems == ()
    return [(each.kind, each.name) for each in proposal.changes]


def test_what_would_be_blocked_and_what_freed(file: OwnFile) -> None:
    assert kinds(propose(file, OWN + REMOVE)) == [
        ("blocked", "own.mi.com"),
        ("unblocked", "tracking.miui.com"),
    ]
    assert not file.overlay.exists()


def test_is_compared_with_what_is_there(file: OwnFile) -> None:
    file.write(OWN)
    assert kinds(propose(file, OWN)) == []
    assert kinds(propose(file, "")) == [("unblocked", "own.mi.com")]
    assert file.text() == OWN


def test_faults_are_of_the_file_that_is_meant(file: OwnFile) -> None:
    proposal = propose(file, OWN.replace("analytics", "spying"))
    (problem,) = proposal.problems
    assert (problem.file, problem.line) == (str(file.path), 5)
    assert proposal.changes == ()


def test_remarks_are_of_it_alone(file: OwnFile) -> None:
    write_own(file.overlay, {"vendors/acme.yaml": "vendor: acme\n"})
    (remark,) = propose(file, OWN.replace("MIUI", "Mi")).remarks
    assert (remark.file, remark.line) == (str(file.path), 4)


def test_a_file_that_is_wrong_now_can_be_mended(file: OwnFile) -> None:
    file.write("vendor: [")
    assert kinds(propose(file, OWN)) == [("blocked", "own.mi.com")]


def test_a_fault_in_another_file_stands_in_the_way(file: OwnFile) -> None:
    write_own(file.overlay, {"vendors/acme.yaml": "vendor: ["})
    (problem,) = propose(file, OWN).problems
    assert problem.file == f"{file.overlay}/vendors/acme.yaml"
