"""A change to one's own lists, tried before it is made: what is wrong with it, and what it does."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from blocker.catalog.difference import Change, difference
from blocker.catalog.folder import vendor_files
from blocker.catalog.load import Catalogue, load_catalogue
from blocker.catalog.ownfile import SINGLE, OwnFile
from blocker.errors import Problem, Problems


@dataclass(frozen=True, slots=True)
class Proposal:
    """With problems it cannot be made. Remarks are of the proposed file alone."""

    problems: tuple[Problem, ...] = ()
    remarks: tuple[Problem, ...] = ()
    changes: tuple[Change, ...] = ()


def propose(file: OwnFile, text: str) -> Proposal:
    """What the lists would be if the file were this. Nothing is changed."""
    with TemporaryDirectory(prefix="blocker-") as passing:
        tried = replace(file, overlay=Path(passing))
        _copy(file.overlay, tried.overlay)
        tried.write(text)
        try:
            after = load_catalogue(file.lists, tried.overlay)
        except Problems as error:
            return Proposal(problems=_placed(error.problems, tried, file))
        remarks = (each for each in after.remarks if each.file == str(tried.path))
        return Proposal(
            remarks=_placed(remarks, tried, file),
            changes=tuple(difference(_before(file, tried), after)),
        )


def _before(file: OwnFile, tried: OwnFile) -> Catalogue:
    """What is there now; where that has a fault, what there was without this file."""
    try:
        return load_catalogue(file.lists, file.overlay)
    except Problems:
        tried.write("")
        return load_catalogue(file.lists, tried.overlay)


def _copy(overlay: Path, passing: Path) -> None:
    (passing / "vendors").mkdir()
    for path in (*(overlay / f"{name}.yaml" for name in SINGLE), *vendor_files(overlay)):
        if path.is_file():
            shutil.copyfile(path, passing / path.relative_to(overlay))


def _placed(problems: Iterable[Problem], tried: OwnFile, file: OwnFile) -> tuple[Problem, ...]:
    """As of the file that is meant, not of the copy it was tried in."""
    passing, real = f"{tried.overlay}/", f"{file.overlay}/"
    return tuple(
        replace(each, file=real + each.file.removeprefix(passing))
        if each.file.startswith(passing)
        else each
        for each in problems
    )
