"""`lists`: the curated files, shipped and one's own, and edits of one's own.

A file goes by its vendor, or by `keep` or `sources`. A proposal is checked, and shown as the names
it would block or free, before it is applied; what is applied is written to the overlay alone.
"""

from collections.abc import Iterator
from http import HTTPStatus
from itertools import takewhile
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from blocker.admin.api.endpoint import Backend, Body, Endpoint, Nothing
from blocker.admin.auth import WHO
from blocker.asked.spelling import fits, shown
from blocker.catalog import difference
from blocker.catalog.folder import OWN, SHIPPED, vendor_files
from blocker.catalog.ownfile import NAME, SINGLE
from blocker.catalog.proposal import Proposal
from blocker.errors import Problem
from blocker.ruleset import open_ruleset

Name = Annotated[
    str,
    Field(description="A vendor, or `keep`, or `sources`."),
    fits(NAME, "write a vendor as `GET lists` does, or `keep`, or `sources`"),
    shown(NAME),
]
Text = Field(max_length=60_000, description="The whole file; empty: none of one's own.")


class ListFile(Body):
    name: str
    list: str = Field(description="As explain shows it.")
    origin: Literal["shipped", "own"]
    entries: int = Field(description="In force; a family counts once.")
    kept: int
    zones: int


class Lists(Body):
    version: str = Field(description="Of what is in force.")
    folder: str
    overlay: str = Field(description="Where edits of one's own are; it need not exist yet.")
    files: list[ListFile]
    reload_error: str = Field(description="Why what is in the files is not in force.")


class Which(Body):
    name: Name


class Texts(Body):
    name: str
    shipped: str
    own: str
    file: str = Field(description="Where one's own text is, or would be.")
    etag: str = Field(description="Of both texts; to be sent with a change to them.")


class Proposed(Body):
    name: Name
    text: str = Text


class Put(Proposed):
    expects: str = Field(description="The etag of what the change was made to.")


class ListFault(Body):
    file: str
    line: int
    where: str
    what: str
    instead: str


class Change(Body):
    vendor: str
    kind: difference.Kind
    name: str
    words: str


class Checked(Body):
    problems: list[ListFault] = Field(description="With any of them it cannot be applied.")
    remarks: list[ListFault]
    changes: list[Change] = Field(description="What it does to names, by the default policy.")


class Applied(Checked):
    generation: int
    etag: str


async def _lists(backend: Backend, asked: Nothing) -> Lists:
    generations = backend.generations
    ruleset = open_ruleset(Path(generations.current.ruleset))
    # What is curated comes first; of subscriptions there may be a hundred thousand.
    curated = takewhile(lambda rule: rule.layer != "subscription", ruleset.entries())
    counts: dict[str, dict[str, int]] = {}
    for rule in curated:
        layers = counts.setdefault(rule.list, {})
        layers[rule.layer] = layers.get(rule.layer, 0) + 1
    folder, overlay = backend.watch.folders
    files = [*_files(folder, SHIPPED, counts), *_files(overlay, OWN, counts)]
    return Lists(
        version=generations.in_force.catalogue,
        folder=str(folder),
        overlay=str(overlay),
        files=files,
        reload_error=generations.last_error,
    )


def _files(folder: Path, label: str, counts: dict[str, dict[str, int]]) -> Iterator[ListFile]:
    singles = [folder / f"{name}.yaml" for name in SINGLE]
    for path in [*(path for path in singles if path.exists()), *vendor_files(folder)]:
        name = f"{label}/{path.relative_to(folder).as_posix()}"
        layers = counts.get(name, {})
        yield ListFile(
            name=path.stem,
            list=name,
            origin="own" if label == OWN else "shipped",
            entries=layers.get("curated", 0),
            kept=layers.get("keep", 0),
            zones=layers.get("zone", 0),
        )


async def _list(backend: Backend, asked: Which) -> Texts:
    file = backend.own_lists.file(asked.name)
    return Texts(
        name=asked.name,
        shipped=file.shipped(),
        own=file.text(),
        file=str(file.path),
        etag=file.etag(),
    )


async def _check(backend: Backend, asked: Proposed) -> Checked:
    return Checked(**_said(await backend.own_lists.check(asked.name, asked.text)))


async def _put(backend: Backend, asked: Put) -> Applied:
    applied = await backend.own_lists.apply(asked.name, asked.text, asked.expects, WHO.get())
    return Applied(
        **_said(applied.proposal), generation=applied.generation.number, etag=applied.etag
    )


def _said(proposal: Proposal) -> dict[str, list[Body]]:
    return {
        "problems": [_fault(each) for each in proposal.problems],
        "remarks": [_fault(each) for each in proposal.remarks],
        "changes": [
            Change(vendor=each.vendor, kind=each.kind, name=each.name, words=each.in_words())
            for each in proposal.changes
        ],
    }


def _fault(problem: Problem) -> ListFault:
    return ListFault(
        file=problem.file,
        line=problem.line,
        where=problem.where,
        what=problem.what,
        instead=problem.instead,
    )


_UNFIT = (HTTPStatus.UNPROCESSABLE_ENTITY,)

ENDPOINTS = (
    Endpoint("GET", "lists", "read", "The curated files, shipped and own", Nothing, Lists, _lists),
    Endpoint("GET", "lists/{name}", "read", "A file's texts", Which, Texts, _list, _UNFIT),
    Endpoint(
        "POST", "lists/{name}/check", "admin", "Whether a text is right, and what it would do",
        Proposed, Checked, _check, _UNFIT,
    ),
    Endpoint(
        "PUT", "lists/{name}", "admin", "Make a text one's own file, all or nothing",
        Put, Applied, _put, (HTTPStatus.CONFLICT, *_UNFIT),
    ),
)  # fmt: skip
