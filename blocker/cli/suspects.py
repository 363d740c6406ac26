"""What a rescue found, as tables, and which of it the user chose."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from blocker.cli.table import local, table
from blocker.errors import StartError

SHOWN: Final = 3  # names in a row

_PART: Final = re.compile(r"([0-9]+)(?:-([0-9]+))?\Z")


def show(told: dict[str, Any], minutes: int, console: Console | None = None) -> None:
    """Print it: how much, of what, by which rules."""
    console = console or Console(highlight=False, emoji=False)
    for line in _heading(told, minutes):
        console.print(Text(line), soft_wrap=True)
    if told["suspects"]:
        table(("", "", "queries", "names"), _shares(told), console)
        numbered = {id(each): number for number, each in choices(told).items()}
        table(
            ("#", "blocked, by", "queries", "whose, for", "why it may be it"),
            (_row(each, numbered.get(id(each))) for each in told["suspects"]),
            console,
        )
        console.print("more on a name, with the evidence: blocker explain NAME", soft_wrap=True)


def choices(told: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """What can be allowed and is not yet, by the number it is shown with."""
    open_ = [each for each in told["suspects"] if each["allow"] and not each["allowed"]]
    return dict(enumerate(open_, 1))


def proposed(told: dict[str, Any]) -> list[int]:
    """The numbers of what the server proposes."""
    wanted = set(told["proposal"])
    return [number for number, each in choices(told).items() if set(each["allow"]) <= wanted]


def chosen(written: str, numbers: Sequence[int]) -> list[int]:
    """`all`, `none`, or numbers such as `1,3-5`; StartError when it is none of these."""
    word = written.strip().lower()
    if word in ("all", "none", ""):
        return list(numbers) if word == "all" else []
    found: list[int] = []
    for part in re.split(r"[,\s]+", word):
        match = _PART.match(part)
        if match is None:
            raise StartError(f"{part} is not a number; write all, none, or numbers like 1,3-5")
        found += range(int(match[1]), int(match[2] or match[1]) + 1)
    if strange := [number for number in found if number not in numbers]:
        raise StartError(f"there is no {strange[0]}; write numbers up to {max(numbers)}")
    return found


def spelled(numbers: Sequence[int]) -> str:
    """`1,2,5`, as it may be typed."""
    return ",".join(map(str, numbers)) or "none"


def _heading(told: dict[str, Any], minutes: int) -> Iterator[str]:
    for each in told["pending"]:
        yield f"{each['name']} is allowed for {told['client']} until {local(each['until'])}"
    if told["blocked"]:
        queries = "1 query" if told["blocked"] == 1 else f"{told['blocked']:,} queries"
        yield f"{queries} of {told['client']} blocked in the last {minutes} minutes"
    else:
        yield f"nothing was blocked for {told['client']} in the last {minutes} minutes"
    if told["would_block"]:
        yield f"{told['would_block']:,} more were let pass by rules in shadow; it is not those"
    for also in told["also"]:
        yield (
            f"the same device also asks as {also['client']}, {also['blocked']:,} blocked: "
            f"blocker rescue --client {also['client']}"
        )
    if not told["complete"]:
        yield f"what was before {local(told['since'])} is not known"


def _shares(told: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for title, shares in (
        ("vendor", told["vendors"]),
        ("purpose", told["purposes"]),
        ("breakage", told["breakages"]),
    ):
        for number, share in enumerate(shares):
            name = share["name"] or "not known"
            yield "" if number else title, name, f"{share['count']:,}", f"{share['names']:,}"


def _row(suspect: dict[str, Any], number: int | None) -> tuple[object, ...]:
    rule = suspect["rule"]
    place = f"{rule['list']}:{rule['line']}" if rule["line"] else rule["list"]
    whose = " ".join(filter(None, (suspect["vendor"], suspect["product"])))
    return (
        number or ("allowed" if suspect["allowed"] else ""),
        "\n".join((*_names(suspect["names"]), place)),
        f"{suspect['count']:,}",
        "\n".join(filter(None, (whose, suspect["purpose"]))),
        suspect["reason"],
    )


def _names(names: Sequence[dict[str, Any]]) -> Iterator[str]:
    for each in names[:SHOWN]:
        name = each["name"] or "(many names)"
        yield f"{name} ({each['count']:,})"
    if len(names) > SHOWN:
        yield f"and {len(names) - SHOWN} more"
