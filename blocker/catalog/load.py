"""The folder of curated lists, and an overlay on top of it, to a Catalogue; every fault at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from blocker.catalog.cross import faults, unknown_products
from blocker.catalog.edits import Edit, edits_of
from blocker.catalog.entry import Law, Source
from blocker.catalog.folder import OWN, Files, read_own, read_shipped
from blocker.catalog.overlay import contradictions, lay_over, misfits
from blocker.catalog.own import AnyVendorFile
from blocker.catalog.style import remarks
from blocker.catalog.version import NONE, Version, version_of
from blocker.core.policy import Relation, Rule
from blocker.errors import Problem, Problems


@dataclass(frozen=True, slots=True)
class Vendor:
    """The head of a vendor's file, with one's own words for it in front."""

    vendor: str
    title: str
    legal_name: str | None = None
    jurisdiction: str | None = None
    law: Law | None = None
    default: str = "on"
    products: Mapping[str, str] = field(default_factory=dict)
    zones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Checked lists. `remarks` are faults of style: `check` shows them, nothing stops for them.

    `edits` is what an overlay has changed in the shipped lists.
    """

    vendors: tuple[Vendor, ...]
    sources: Mapping[str, Source]
    rules: tuple[Rule, ...]
    remarks: tuple[Problem, ...] = ()
    version: Version = NONE
    relations: tuple[Relation, ...] = ()
    edits: tuple[Edit, ...] = ()

    @property
    def off(self) -> tuple[str, ...]:
        """The packs: vendors that are off unless the configuration switches them on."""
        return tuple(vendor.vendor for vendor in self.vendors if vendor.default == "off")


def default_lists() -> Path:
    """The lists that came with the program: in the wheel inside the package, else beside it."""
    package = Path(__file__).parents[1]
    inside = package / "lists"
    return inside if inside.is_dir() else package.parent / "lists"


def load_catalogue(folder: Path | None = None, overlay: Path | None = None) -> Catalogue:
    """Everything in the folder, and over it the overlay if there is one; Problems when wrong."""
    folder = folder or default_lists()
    if overlay and overlay.resolve() == folder.resolve():
        raise Problems([Problem(str(overlay), 0, "", "is the folder of lists itself", _ANOTHER)])
    own = read_own(overlay) if overlay and _is_there(overlay) else Files(Path(), OWN)
    shipped = read_shipped(folder)
    problems = [*shipped.problems, *faults(shipped.written), *unknown_products(shipped.vendors)]
    problems += [*own.problems, *contradictions(own)]
    version = NONE
    try:
        version = version_of(folder, overlay)
    except Problems as error:
        problems += error.problems
    if problems:
        raise Problems(sorted(problems))
    files = lay_over(shipped, own)
    edits = edits_of(shipped, own)
    said = [*remarks(shipped.written, shipped.vendors), *misfits(files, own, edits)]
    return Catalogue(
        vendors=_heads(files),
        sources=files.sources,
        rules=tuple(listed.rule for listed in files.written.listed),
        remarks=tuple(sorted(said)),
        version=version,
        relations=tuple(related.relation for related in files.written.related),
        edits=tuple(edits),
    )


def _is_there(overlay: Path) -> bool:
    """Without the key it is in the state folder, which is the server's user's alone."""
    try:
        return overlay.is_dir()
    except PermissionError:
        what, instead = "this user may not look for it", "be the user of the server, or root"
        raise Problems([Problem(str(overlay), 0, "", what, instead)]) from None


_ANOTHER: Final = "keep your own files in another, and name that with overlay:"


def _heads(files: Files) -> tuple[Vendor, ...]:
    """Of one vendor a later file has the last word, on what it says."""
    heads: dict[str, Vendor] = {}
    for file, _ in files.vendors:
        heads[file.vendor] = _head(file, heads.get(file.vendor))
    return tuple(heads[vendor] for vendor in sorted(heads))


def _head(file: AnyVendorFile, before: Vendor | None) -> Vendor:
    before = before or Vendor(file.vendor, file.vendor)
    return Vendor(
        vendor=file.vendor,
        title=file.title or before.title,
        legal_name=file.legal_name or before.legal_name,
        jurisdiction=file.jurisdiction or before.jurisdiction,
        law=file.law or before.law,
        default=file.default or before.default,
        products={**before.products, **file.products},
        zones=tuple(dict.fromkeys((*before.zones, *file.zones))),
    )
