"""What is one's own in the lists, for people and for scripts."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from blocker.catalog.edits import Edit
from blocker.catalog.load import load_catalogue
from blocker.catalog.seen import changed, remember
from blocker.config import load_config


@dataclass(frozen=True, slots=True)
class OwnEdits:
    """The edits in an overlay folder, and what an upgrade has done beneath them, by place."""

    folder: Path
    edits: tuple[Edit, ...]
    changed: dict[tuple[str, int, str], str]

    def since(self, edit: Edit) -> str:
        """What has become of the shipped words since, in words; usually nothing."""
        told = edit.problem("", "")
        return self.changed.get((told.file, told.line, told.where), "")


def own_edits(config: Path | None, *, reviewed: bool) -> OwnEdits:
    """Problems with every fault; with `reviewed`, what is shipped now is taken as known."""
    settings = load_config(config)
    edits = load_catalogue(settings.lists, settings.overlay).edits
    remember(edits, settings.state, reviewed=reviewed)
    told = {
        (each.file, each.line, each.where): each.what for each in changed(edits, settings.state)
    }
    return OwnEdits(settings.overlay, edits, told)


def as_words(own: OwnEdits) -> Iterator[str]:
    """By file, in the order they are written in."""
    if not own.edits:
        yield f"{own.folder}: nothing of your own; blocker lists edit VENDOR makes some"
        return
    for file, edits in groupby(own.edits, lambda edit: edit.own.file):
        yield file
        for edit in edits:
            over = f" over {edit.shipped}" if edit.shipped else ""
            why = f"  ({edit.reason})" if edit.reason else ""
            yield f"  {edit.own.line:>4}  {edit.does:<9}{edit.of} {edit.name}{over}{why}"
            if since := own.since(edit):
                yield f"        {since}"


def as_lines(own: OwnEdits) -> Iterator[str]:
    """One JSON object each."""
    for edit in own.edits:
        said = {
            "does": edit.does,
            "of": edit.of,
            "name": edit.name,
            "vendor": edit.own.vendor,
            "list": edit.own.list,
            "line": edit.own.line,
            "over": str(edit.shipped) if edit.shipped else None,
            "reason": edit.reason,
            "changed": own.since(edit),
        }
        yield json.dumps(said, ensure_ascii=False)
