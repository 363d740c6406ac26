"""A selection as a file: a header that says what it is and what it lacks, then the format's lines.

Rule: the same lists, settings and filters give the same bytes; the time of the export is not in it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from blocker import __version__
from blocker.catalog.version import Version
from blocker.core.sinkhole import Sinkhole
from blocker.errors import StartError
from blocker.export import adblock, dnsmasq, domains, hosts, rpz, unbound
from blocker.export.body import Body, some
from blocker.export.selection import ALL, Filters, Selection, select
from blocker.inputs import Inputs

_TITLE: Final = "Telemetry of vendors"
_LICENCE: Final = "CC0 1.0, https://creativecommons.org/publicdomain/zero/1.0/"


@dataclass(frozen=True, slots=True)
class Format:
    """How a format is written."""

    comment: str
    body: Callable[[Selection, Sinkhole, int], Body]


FORMATS: Final = {
    "hosts": Format("#", hosts.body),
    "domains": Format("#", domains.body),
    "adblock": Format("!", adblock.body),
    "dnsmasq": Format("#", dnsmasq.body),
    "unbound": Format("#", unbound.body),
    "rpz": Format(";", rpz.body),
}


@dataclass(frozen=True, slots=True)
class Document:
    """The whole text, how many lines of it block something, and what it could not say."""

    text: str
    count: int
    lost: tuple[str, ...]


def export(inputs: Inputs, format_: str, filters: Filters = ALL) -> Document:
    """The file in one of FORMATS. StartError when it would block nothing."""
    selection, version = select(inputs, filters), inputs.catalogue.version
    form = FORMATS[format_]
    body = form.body(selection, inputs.sinkhole(), _serial(version))
    lost = [*body.lost]
    if selection.unwritable:
        lost.append(f"left out: {some(selection.unwritable, 'name', 'names')}, not host names")
    if not body.count:
        message = "nothing to export: with these settings and filters the policy blocks no name"
        raise StartError("\n".join([message, *lost]))
    said = [
        f"Title: {_TITLE}",
        f"Version: {version}",
        f"Date: {version.date}",
        f"Entries: {body.count}",
        f"Licence: {_LICENCE}",
        f"Made with: blocker {__version__}, {_command(format_, filters)}",
        *body.meaning,
        *_additions(inputs, selection),
        *lost,
    ]
    head = [f"{form.comment} {line}" for line in said]
    return Document("\n".join([*head, *body.lines]) + "\n", body.count, tuple(lost))


def _command(format_: str, filters: Filters) -> str:
    """What to type to have the same again, but for the configuration."""
    parts = ["blocker export --format", format_]
    for option, chosen in (("--vendor", filters.vendors), ("--purpose", filters.purposes)):
        for word in sorted(chosen):
            parts += [option, word]
    if filters.max_breakage is not None:
        parts += ["--max-breakage", filters.max_breakage]
    return " ".join(parts)


def _additions(inputs: Inputs, selection: Selection) -> Iterator[str]:
    if selection.own_rules:
        yield "Rules of the one who made it have a say in it too."
    if inputs.config.subscriptions:
        yield "Subscriptions are not in it: they are not ours to give away."


def _serial(version: Version) -> int:
    """For a zone's SOA: the date, and two digits of the hash to tell versions of a day apart."""
    if version.date[:1].isdigit():
        return int(version.date.replace("-", "")) * 100 + int(version.digest, 16) % 100
    return int(version.digest[:7], 16)
