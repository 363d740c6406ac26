"""The catalogue in figures, as a table and as JSON."""

import json
from collections import Counter
from dataclasses import fields
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from blocker.catalog.overview import Figures, by_vendor, figures
from blocker.core.policy import BREAKAGE, PURPOSES
from blocker.inputs import Inputs

_PIPED: Final = 160  # columns, where no terminal says how many it has
_COLUMNS: Final = ("vendor", "entries", "blocked", "shadow", *BREAKAGE, "kept", "purposes")


def table(inputs: Inputs, console: Console | None = None) -> None:
    """Print it; vendors down, counts across."""
    console = console or Console(highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = _PIPED
    policy = inputs.policy(inputs.ruleset())
    shown = Table(box=SIMPLE_HEAD, show_footer=True, pad_edge=False, padding=(0, 1, 0, 0))
    total = figures(inputs.catalogue.rules, policy)
    vendors = by_vendor(inputs.catalogue, policy)
    footer = (f"{len(vendors)} vendors", *_cells(total))
    for column, foot in zip(_COLUMNS, footer, strict=True):
        text = column in ("vendor", "purposes")
        shown.add_column(
            column, foot, justify="left" if text else "right", no_wrap=column != "purposes"
        )
    for vendor, told in vendors.items():
        shown.add_row(vendor, *_cells(told))
    console.print(shown)
    console.print(
        f"lists {inputs.catalogue.version}; entries by breakage: none, minor, major. "
        "A family counts once.",
        soft_wrap=True,
    )


def as_json(inputs: Inputs) -> str:
    """One object: the version, every vendor, and the total."""
    policy = inputs.policy(inputs.ruleset())
    heads = {vendor.vendor: vendor for vendor in inputs.catalogue.vendors}
    vendors = [
        {
            "vendor": vendor,
            "title": heads[vendor].title,
            "jurisdiction": heads[vendor].jurisdiction,
            "default": heads[vendor].default,
            **_plain(told),
        }
        for vendor, told in by_vendor(inputs.catalogue, policy).items()
    ]
    total = _plain(figures(inputs.catalogue.rules, policy))
    said = {"version": str(inputs.catalogue.version), "vendors": vendors, "total": total}
    return json.dumps(said, ensure_ascii=False)


def _plain(told: Figures) -> dict[str, Any]:
    values = {field.name: getattr(told, field.name) for field in fields(told)}
    return {
        name: dict(value) if isinstance(value, Counter) else value for name, value in values.items()
    }


def _cells(told: Figures) -> tuple[str, ...]:
    counts = (told.entries, told.blocked, told.shadow, *(told.breakage[word] for word in BREAKAGE))
    return (*(_count(number) for number in (*counts, told.kept)), _purposes(told.purposes))


def _count(number: int) -> str:
    return f"{number:,}" if number else "-"


def _purposes(purposes: Counter[str]) -> str:
    return ", ".join(f"{word} {purposes[word]}" for word in PURPOSES if purposes[word])
