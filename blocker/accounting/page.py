"""A report as one page of HTML: it needs no script, no network and no other file, and prints well.

Rule: names come from strangers, so whatever goes into the page is escaped by the template.
"""

from datetime import datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from blocker import __version__
from blocker.accounting.document import Document, called, whose
from blocker.core.policy import PURPOSES, TELEMETRY

OUTCOMES: Final = (
    ("blocked", "stopped"),
    ("would_block", "would be stopped"),
    ("loose", "went out"),
    ("needed", "went out for a function"),
)
FUNCTIONS: Final = frozenset(PURPOSES) - TELEMETRY


def page(document: Document, catalogue: str = "") -> str:
    """The whole page. `catalogue` says which lists were in force."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = lambda value: f"{value:,}"
    environment.filters["moment"] = _moment
    environment.filters["period"] = period
    environment.filters["called"] = called
    template = environment.get_template("page.html")
    vendors = [_parted(vendor, vendor["purposes"]) for vendor in document["vendors"]]
    devices = _devices(document)
    makers = [vendor for vendor in vendors if vendor["is_maker"]]
    counts = (*_COUNTS, "needed", "loose")
    total = {count: sum(vendor[count] for vendor in makers) for count in counts}
    names = whose(document)
    return template.render(
        document=document,
        makers=makers,
        others=[vendor for vendor in vendors if not vendor["is_maker"]],
        # Some that are asked in the days, and not the hours, of the report have no card.
        whose=lambda vendor: names.get(vendor, vendor),
        devices=devices,
        total=total,
        outcomes=OUTCOMES,
        most=max((vendor["attempts"] for vendor in vendors), default=1),
        most_of_a_device=max((each["attempts"] for each in devices), default=1),
        share=_share(total["blocked"], total["attempts"] - total["needed"]),
        version=__version__,
        catalogue=catalogue,
    )


def period(seconds: float) -> str:
    """`45 s`, `5 min`, `2.5 h`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5_400:
        return f"{seconds / 60:.3g} min"
    return f"{seconds / 3_600:.3g} h"


def _parted(whole: Document, parts: list[Document]) -> Document:
    """`whole`, with what went out parted in two: an update let through is no telemetry missed."""
    needed = sum(each["allowed"] for each in parts if each["purpose"] in FUNCTIONS)
    return {**whole, "needed": needed, "loose": whole["allowed"] - needed}


def _devices(document: Document) -> list[dict[str, Any]]:
    """With their sums, and the vendors each calls; most attempts first."""
    found: dict[str, dict[str, Any]] = {}
    for account in document["accounts"]:
        empty = {
            "called": called(account),
            "device": account["device"],
            "vendors": {},
            "parts": [],
            **dict.fromkeys(_COUNTS, 0),
        }
        device = found.setdefault(account["device"], empty)
        for count in _COUNTS:
            device[count] += account[count]
        device["parts"].append(account)
        vendors = device["vendors"]
        vendors[account["vendor"]] = vendors.get(account["vendor"], 0) + account["attempts"]
    titles = {each["vendor"]: each["title"] or each["vendor"] for each in document["vendors"]}
    for device in found.values():
        ranked = sorted(device["vendors"].items(), key=lambda each: -each[1])
        device["vendors"] = [(titles[vendor], count) for vendor, count in ranked]
    parted = (_parted(device, device["parts"]) for device in found.values())
    return sorted(parted, key=lambda each: (-each["attempts"], each["device"]))


_COUNTS: Final = ("attempts", "blocked", "allowed", "would_block")


def _moment(written: str | None) -> str:
    if written is None:
        return ""
    return f"{datetime.fromisoformat(written).astimezone():%Y-%m-%d %H:%M}"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "0%"
