"""One folder of lists, the shipped one or an overlay, file by file; it goes on after a fault.

Rule: here a file is held against its own form. What files say of each other is looked at by those
who have them all: cross.py for what was shipped, overlay.py for one's own.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel

from blocker.catalog.cross import Cited, Listed, Related, Written
from blocker.catalog.entry import Group, KeepFile, Source, SourcesFile, VendorFile
from blocker.catalog.own import AnyVendorFile, OwnKeepFile, OwnSourcesFile, OwnVendorFile, Removal
from blocker.catalog.rules import entry_rule, keep_rule, relation, zone_rule
from blocker.core.policy import Layer
from blocker.core.relations import Kind
from blocker.errors import Problem, Problems
from blocker.yamlfile import Document, Step, read, validate

Model = TypeVar("Model", bound=BaseModel)

SHIPPED: Final = "lists"
OWN: Final = "lists.d"
_ANOTHER_SPELLING: Final = frozenset((".yml", ".yaml"))


@dataclass(frozen=True, slots=True)
class Removed:
    """A removal, and where it was written; of a kept name, `vendor` is empty."""

    removal: Removal
    vendor: str
    document: Document
    path: tuple[Step, ...]

    @property
    def key(self) -> tuple[Layer, str]:
        """As a rule's layer and text."""
        return ("curated" if self.vendor else "keep", self.removal.name)


@dataclass(slots=True)
class Files:
    """What a folder says, as far as it could be read. Rules say that they come from `label`/..."""

    folder: Path
    label: str
    vendors: list[tuple[AnyVendorFile, Document]] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)
    written: Written = field(default_factory=Written)
    removed: list[Removed] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _names: dict[str, str] = field(default_factory=dict)

    def name_of(self, document: Document) -> str:
        """`lists/vendors/xiaomi.yaml`: the same wherever the program is installed."""
        name = self._names.get(document.file)
        if name is None:  # a file has a thousand entries, each of which says where it is from
            inside = Path(document.file).relative_to(self.folder)
            name = self._names[document.file] = (Path(self.label) / inside).as_posix()
        return name


def read_shipped(folder: Path) -> Files:
    """Problems when it is no such folder at all."""
    vendors = folder / "vendors"
    if not vendors.is_dir():
        problem = Problem(str(vendors), 0, "", "no such folder", "name a folder of lists")
        raise Problems([problem])
    reading = _Reading(Files(folder, SHIPPED))
    reading.file(folder / "sources.yaml", SourcesFile, reading.add_sources)
    reading.file(folder / "keep.yaml", KeepFile, reading.add_keep)
    for path in vendor_files(folder):
        reading.file(path, VendorFile, reading.add_vendor)
    reading.files.problems += _passed_over(vendors, "name it <vendor>.yaml or remove it")
    return reading.files


def read_own(folder: Path) -> Files:
    """An overlay, of which any file may be missing."""
    reading = _Reading(Files(folder, OWN))
    own: tuple[tuple[str, type[BaseModel], Callable[..., None]], ...] = (
        ("sources.yaml", OwnSourcesFile, reading.add_sources),
        ("keep.yaml", OwnKeepFile, reading.add_keep),
    )
    for name, model, add in own:
        if (folder / name).exists():
            reading.file(folder / name, model, add)
    for path in vendor_files(folder):
        reading.file(path, OwnVendorFile, reading.add_vendor)
    known = {name for name, _, _ in own}
    reading.files.problems += _passed_over(folder, "move it to vendors/<vendor>.yaml", known)
    reading.files.problems += _passed_over(folder / "vendors", "name it <vendor>.yaml or remove it")
    return reading.files


def vendor_files(folder: Path) -> list[Path]:
    """In order; a file that begins with a dot is an editor's."""
    return sorted((folder / "vendors").glob("[!.]*.yaml"))


def _passed_over(folder: Path, instead: str, known: Collection[str] = ()) -> Iterator[Problem]:
    """Files that somebody may take for read. What else lies there is an editor's, or a note."""
    try:
        paths = sorted(folder.iterdir())
    except FileNotFoundError:
        return
    except OSError as error:
        yield Problem(str(folder), 0, "", f"cannot be read: {error.strerror or error}")
        return
    for path in paths:
        looks_like_one = path.suffix.lower() in _ANOTHER_SPELLING and not path.name.startswith(".")
        is_read = path.name in known if known else path.suffix == ".yaml"
        if looks_like_one and not is_read:
            yield Problem(str(path), 0, "", "is not read", instead)


class _Reading:
    """Of one folder."""

    def __init__(self, files: Files) -> None:
        self.files = files

    def file(self, path: Path, model: type[Model], add: Callable[[Model, Document], None]) -> None:
        try:
            document = read(path)
            add(validate(document, model), document)
        except Problems as error:
            self.files.problems += error.problems

    def add_sources(self, file: SourcesFile | OwnSourcesFile, document: Document) -> None:
        self.files.sources = file.sources
        self.files.written.sources = document

    def add_keep(self, file: KeepFile | OwnKeepFile, document: Document) -> None:
        name = self.files.name_of(document)
        for index, kept in enumerate(file.keep):
            path = ("keep", index)
            rule = keep_rule(kept, name, document.line(*path))
            self.files.written.listed.append(Listed(rule, kept, document, path))
            self._cite(kept.evidence, document, path)
        if isinstance(file, OwnKeepFile):
            self._add_removed(file.remove, "", document)

    def add_vendor(self, file: AnyVendorFile, document: Document) -> None:
        stem, name = Path(document.file).stem, self.files.name_of(document)
        if file.vendor != stem:
            self.files.problems.append(
                document.problem(("vendor",), f"{file.vendor} in {stem}.yaml", f"write {stem}")
            )
        if file.law:
            self._cite(file.law.evidence, document, ("law",))
        for index, zone in enumerate(file.zones):
            path: tuple[Step, ...] = ("zones", index)
            rule = zone_rule(zone, file.vendor, name, document.line(*path))
            self.files.written.listed.append(Listed(rule, None, document, path))
        self._add_relations("keep_one_of", file.keep_one_of, file.vendor, document)
        self._add_relations("block_together", file.block_together, file.vendor, document)
        for index, entry in enumerate(file.entries):
            path = ("entries", index)
            rule = entry_rule(entry, file.vendor, name, document.line(*path))
            self.files.written.listed.append(Listed(rule, entry, document, path))
            self._cite(entry.evidence, document, path)
        if isinstance(file, OwnVendorFile):
            self._add_removed(file.remove, file.vendor, document)
        self.files.vendors.append((file, document))

    def _add_removed(self, removals: Sequence[Removal], vendor: str, document: Document) -> None:
        for index, removal in enumerate(removals):
            removed = Removed(removal, vendor, document, ("remove", index))
            self.files.removed.append(removed)

    def _add_relations(
        self, kind: Kind, groups: Sequence[Group], vendor: str, document: Document
    ) -> None:
        name = self.files.name_of(document)
        for index, group in enumerate(groups):
            path = (kind, index)
            related = relation(kind, group, vendor, name, document.line(*path))
            self.files.written.related.append(Related(related, document, path))
            self._cite(group.evidence, document, path)

    def _cite(self, keys: Sequence[str], document: Document, path: tuple[Step, ...]) -> None:
        cited = [Cited(key, document, (*path, "evidence")) for key in keys]
        self.files.written.cited += cited
