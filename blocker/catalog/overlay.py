"""One's own files on top of the shipped lists.

An entry of one's own takes the place of a shipped one of the same name, whoever's that is; `remove`
takes one away; the rest is added. Rule: a fault of one's own file is an error, but that it does not
fit the shipped lists is a remark, for those change under it, and an upgrade must lose nothing.
"""

from collections.abc import Iterator, Sequence

from blocker.catalog.cross import Written, faults, twice, unknown_products
from blocker.catalog.edits import Edit
from blocker.catalog.folder import Files
from blocker.catalog.style import own_remarks
from blocker.core.policy import Layer
from blocker.errors import Problem
from blocker.yamlfile import Document


def lay_over(shipped: Files, own: Files) -> Files:
    """What both say together."""
    said = {(each.rule.layer, each.rule.text) for each in own.written.listed}
    gone = {(*removed.key, removed.vendor) for removed in own.removed}
    left = [
        each
        for each in shipped.written.listed
        if (each.rule.layer, each.rule.text) not in said
        and (each.rule.layer, each.rule.text, _owner(each.rule.layer, each.rule.vendor)) not in gone
    ]
    sources = {**shipped.sources, **own.sources}
    return Files(
        shipped.folder,
        shipped.label,
        vendors=[*shipped.vendors, *own.vendors],
        sources=sources,
        written=Written(
            listed=[*left, *own.written.listed],
            related=[*shipped.written.related, *own.written.related],
            cited=own.written.cited,
            sources=_together(shipped, own),
        ),
    )


def contradictions(own: Files) -> Iterator[Problem]:
    """What an overlay says twice, or once so and once otherwise."""
    yield from twice(own.written.listed)
    said = {(each.rule.layer, each.rule.text): each for each in own.written.listed}
    removed: set[tuple[Layer, str]] = set()
    for each in own.removed:
        what = "is removed twice" if each.key in removed else ""
        if (entry := said.get(each.key)) is not None:
            what = f"stands at {entry.rule.list}:{entry.rule.line} as well"
        if what:
            yield each.document.problem((*each.path, "name"), what, "write one or the other")
        removed.add(each.key)


def misfits(files: Files, own: Files, edits: Sequence[Edit]) -> Iterator[Problem]:
    """What in an overlay does not fit the lists it lies on, or says nothing new."""
    if not (ours := {document.file for document in _documents(own)}):
        return
    vendors = {file.vendor for file, _ in files.vendors}
    for problem in (*faults(files.written), *own_remarks(files.written, vendors)):
        if problem.file in ours:
            yield problem
    known = [(file, document) for file, document in files.vendors if document.file not in ours]
    yield from unknown_products(own.vendors, {file.vendor: file.products for file, _ in known})
    yield from _unknown_vendors(own, {file.vendor for file, _ in known})
    for edit in edits:
        if edit.shipped is None and edit.does == "removes":
            yield edit.problem("the shipped lists have it no longer, or not there", "drop it")
        elif edit.shipped is not None and edit.shipped.mark == edit.own.mark:
            yield edit.problem(f"{edit.shipped} says the same", "drop it")


def _owner(layer: str, vendor: str) -> str:
    """A kept name is nobody's: whoever edits keep.yaml may remove it."""
    return vendor if layer == "curated" else ""


def _together(shipped: Files, own: Files) -> Document | None:
    """Both sources.yaml as one, for the keys in it."""
    one = own.written.sources or shipped.written.sources
    return one and Document(one.file, {"sources": {**shipped.sources, **own.sources}}, one.place)


def _documents(own: Files) -> Iterator[Document]:
    yield from (document for _, document in own.vendors)
    yield from (each.document for each in own.written.listed)


def _unknown_vendors(own: Files, shipped: set[str]) -> Iterator[Problem]:
    for file, document in own.vendors:
        if file.vendor not in shipped and not file.title:
            yield document.problem(
                ("vendor",), f"the shipped lists have no vendor {file.vendor}", "add `title:`"
            )
