"""The folder of curated lists to a Catalogue; every fault of every file at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from blocker.catalog.cross import Cited, Listed, Related, Written, faults
from blocker.catalog.entry import Group, KeepFile, Source, SourcesFile, VendorFile
from blocker.catalog.rules import entry_rule, keep_rule, relation, zone_rule
from blocker.catalog.style import remarks
from blocker.catalog.version import NONE, Version, version_of
from blocker.core.policy import Relation, Rule
from blocker.core.relations import Kind
from blocker.errors import Problem, Problems
from blocker.yamlfile import Document, Step, read, validate

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Checked lists. `remarks` are faults of style: `check` shows them, nothing stops for them."""

    vendors: tuple[VendorFile, ...]
    sources: Mapping[str, Source]
    rules: tuple[Rule, ...]
    remarks: tuple[Problem, ...] = ()
    version: Version = NONE
    relations: tuple[Relation, ...] = ()

    @property
    def off(self) -> tuple[str, ...]:
        """The packs: vendors that are off unless the configuration switches them on."""
        return tuple(vendor.vendor for vendor in self.vendors if vendor.default == "off")


def default_lists() -> Path:
    """The lists that came with the program: in the wheel inside the package, else beside it."""
    package = Path(__file__).parents[1]
    inside = package / "lists"
    return inside if inside.is_dir() else package.parent / "lists"


def load_catalogue(folder: Path | None = None) -> Catalogue:
    """Everything in the folder; Problems when something is wrong in it."""
    return _Loading(folder or default_lists()).catalogue()


class _Loading:
    """Goes on after a fault, so that one run shows them all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.sources: Mapping[str, Source] = {}
        self.vendors: list[tuple[VendorFile, Document]] = []
        self.written = Written()

    def catalogue(self) -> Catalogue:
        vendors = self.folder / "vendors"
        if not vendors.is_dir():
            problem = Problem(str(vendors), 0, "", "no such folder", "name a folder of lists")
            raise Problems([problem])
        self._file(self.folder / "sources.yaml", SourcesFile, self._add_sources)
        self._file(self.folder / "keep.yaml", KeepFile, self._add_keep)
        for path in sorted(vendors.iterdir()):
            if path.suffix == ".yaml":
                self._file(path, VendorFile, self._add_vendor)
            elif not path.name.startswith("."):
                self.problems.append(
                    Problem(str(path), 0, "", "is not read", "name it <vendor>.yaml or remove it")
                )
        self.problems += faults(self.written)
        version = self._version()
        if self.problems:
            raise Problems(sorted(self.problems))
        return Catalogue(
            vendors=tuple(file for file, _ in self.vendors),
            sources=self.sources,
            rules=tuple(listed.rule for listed in self.written.listed),
            remarks=tuple(sorted(remarks(self.written, self.vendors))),
            version=version,
            relations=tuple(related.relation for related in self.written.related),
        )

    def _version(self) -> Version:
        try:
            return version_of(self.folder)
        except Problems as error:
            self.problems += error.problems
            return NONE

    def _file(self, path: Path, model: type[Model], add: Callable[[Model, Document], None]) -> None:
        try:
            document = read(path)
            add(validate(document, model), document)
        except Problems as error:
            self.problems += error.problems

    def _add_sources(self, file: SourcesFile, document: Document) -> None:
        self.sources = file.sources
        self.written.sources = document

    def _add_keep(self, file: KeepFile, document: Document) -> None:
        name = self._name(document)
        for index, kept in enumerate(file.keep):
            path = ("keep", index)
            rule = keep_rule(kept, name, document.line(*path))
            self.written.listed.append(Listed(rule, kept, document, path))
            self._cite(kept.evidence, document, path)

    def _add_vendor(self, file: VendorFile, document: Document) -> None:
        stem, name = Path(document.file).stem, self._name(document)
        if file.vendor != stem:
            self.problems.append(
                document.problem(("vendor",), f"{file.vendor} in {stem}.yaml", f"write {stem}")
            )
        if file.law:
            self._cite(file.law.evidence, document, ("law",))
        for index, zone in enumerate(file.zones):
            path: tuple[Step, ...] = ("zones", index)
            rule = zone_rule(zone, file.vendor, name, document.line(*path))
            self.written.listed.append(Listed(rule, None, document, path))
        self._add_relations("keep_one_of", file.keep_one_of, file.vendor, document)
        self._add_relations("block_together", file.block_together, file.vendor, document)
        for index, entry in enumerate(file.entries):
            path = ("entries", index)
            if entry.product not in file.products:
                self.problems.append(
                    document.problem(
                        (*path, "product"),
                        f"{entry.product} is not among the products",
                        "write one of: " + ", ".join(file.products),
                    )
                )
            rule = entry_rule(entry, file.vendor, name, document.line(*path))
            self.written.listed.append(Listed(rule, entry, document, path))
            self._cite(entry.evidence, document, path)
        self.vendors.append((file, document))

    def _add_relations(
        self, kind: Kind, groups: Sequence[Group], vendor: str, document: Document
    ) -> None:
        name = self._name(document)
        for index, group in enumerate(groups):
            path = (kind, index)
            related = relation(kind, group, vendor, name, document.line(*path))
            self.written.related.append(Related(related, document, path))
            self._cite(group.evidence, document, path)

    def _cite(self, keys: Sequence[str], document: Document, path: tuple[Step, ...]) -> None:
        self.written.cited += [Cited(key, document, (*path, "evidence")) for key in keys]

    def _name(self, document: Document) -> str:
        """`lists/vendors/xiaomi.yaml`: the same wherever the program is installed."""
        inside = Path(document.file).relative_to(self.folder)
        return (Path("lists") / inside).as_posix()
