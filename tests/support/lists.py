"""A small folder of curated lists, written by a test and then spoiled; and a subscription."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from blocker.catalog.formats.reading import Coverage
from blocker.core.rule import Mode, RuleAction

SOURCES = """\
sources:
  paper: {title: P, authors: A, year: 2021, url: "https://example.org/p", licence: CC0}
"""

KEEP = """\
keep:
  - {name: update.miui.com, purpose: updates, reason: System updates., evidence: [paper]}
"""

XIAOMI = """\
vendor: xiaomi
title: Xiaomi
legal_name: Xiaomi Corporation
jurisdiction: CN
products: {MIUI: Android firmware of phones}
zones: [xiaomi.com]
entries:
  - name: tracking.miui.com
    product: MIUI
    purpose: analytics
    evidence: [paper]
    confidence: measured
  - name: account.xiaomi.com
    product: MIUI
    purpose: account
    breakage: major
    breaks: sign-in
    evidence: [paper]
    confidence: documented
"""


def write_lists(
    folder: Path, *, xiaomi: str = XIAOMI, keep: str = KEEP, sources: str = SOURCES
) -> Path:
    """The folder, whole and right but for what the test says otherwise."""
    (folder / "vendors").mkdir(parents=True)
    (folder / "vendors" / "xiaomi.yaml").write_text(xiaomi)
    (folder / "keep.yaml").write_text(keep)
    (folder / "sources.yaml").write_text(sources)
    return folder


def entry(name: str, purpose: str = "analytics", **said: str) -> str:
    """One more entry for the end of a vendor's file; `said` is YAML, word for word."""
    lines = [
        f'  - name: "{name}"',
        "    product: MIUI",
        f"    purpose: {purpose}",
        "    evidence: [paper]",
        "    confidence: measured",
        *(f"    {key.rstrip('_')}: {value}" for key, value in said.items()),
    ]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Configured:
    """A subscription, as the configuration gives one."""

    file: Path
    name: str = "list"
    format: str = "auto"
    action: RuleAction = "block"
    match: Coverage = "subtree"
    answer: Mode | None = None
    may_rewrite: bool = True
    is_download: bool = False


def write_own(folder: Path, files: Mapping[str, str]) -> Path:
    """An overlay: files of one's own by their names in it, such as `vendors/xiaomi.yaml`."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder
