"""The folder of curated lists to a Catalogue; every fault of every file at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from blocker.catalog.cross import Listed, faults, order
from blocker.catalog.entry import Entry, Keep, KeepFile, Source, SourcesFile, VendorFile
from blocker.catalog.version import NONE, Version, version_of
from blocker.core.policy import TELEMETRY, Rule
from blocker.errors import Problem, Problems
from blocker.yamlfile import Document, read, validate

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Checked lists. `remarks` are faults of style: `check` shows them, nothing stops for them."""

    vendors: tuple[VendorFile, ...]
    sources: Mapping[str, Source]
    rules: tuple[Rule, ...]
    remarks: tuple[Problem, ...] = ()
    version: Version = NONE


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
        self.sources: Mapping[str, Source] | None = None  # None: not readable, so not checked
        self.vendors: list[VendorFile] = []
        self.listed: list[Listed] = []

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
        self.problems += faults(self.listed, self.sources)
        version = self._version()
        if self.problems:
            raise Problems(sorted(self.problems))
        return Catalogue(
            vendors=tuple(self.vendors),
            sources=self.sources or {},
            rules=tuple(listed.rule for listed in self.listed),
            remarks=tuple(order(self.listed)),
            version=version,
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

    def _add_keep(self, file: KeepFile, document: Document) -> None:
        for index, kept in enumerate(file.keep):
            path = ("keep", index)
            rule = _keep_rule(kept, self._name(document), document.line(*path))
            self.listed.append(Listed(rule, kept, document, path))

    def _add_vendor(self, file: VendorFile, document: Document) -> None:
        stem = Path(document.file).stem
        if file.vendor != stem:
            self.problems.append(
                document.problem(("vendor",), f"{file.vendor} in {stem}.yaml", f"write {stem}")
            )
        if file.law and self.sources is not None:
            for at, key in enumerate(file.law.evidence):
                if key not in self.sources:
                    self.problems.append(
                        document.problem(
                            ("law", "evidence", at), f"no source {key}", "add it to sources.yaml"
                        )
                    )
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
            rule = _entry_rule(entry, file.vendor, self._name(document), document.line(*path))
            self.listed.append(Listed(rule, entry, document, path))
        self.vendors.append(file)

    def _name(self, document: Document) -> str:
        """`lists/vendors/xiaomi.yaml`: the same wherever the program is installed."""
        inside = Path(document.file).relative_to(self.folder)
        return (Path("lists") / inside).as_posix()


def _keep_rule(kept: Keep, file: str, line: int) -> Rule:
    written = kept.written
    return Rule(
        text=written.text,
        name=written.name,
        match=written.match,
        action="allow",
        layer="keep",
        list=file,
        line=line,
        vendor=kept.vendor,
        purpose=kept.purpose,
        reason=kept.reason,
        evidence=tuple(kept.evidence),
    )


def _entry_rule(entry: Entry, vendor: str, file: str, line: int) -> Rule:
    written = entry.written
    return Rule(
        text=written.text,
        name=written.name,
        match=written.match,
        action="block" if entry.purpose in TELEMETRY else "allow",
        layer="curated",
        list=file,
        line=line,
        vendor=vendor,
        product=entry.product,
        purpose=entry.purpose,
        breakage=entry.breakage,
        breaks=entry.breaks,
        evidence=tuple(entry.evidence),
        confidence=entry.confidence,
        inferred=entry.inferred,
        shared=entry.shared,
    )
