"""Unbound's configuration as blocklists have it: `local-zone: "name" type`, and
`local-data: "record"`.

Nothing is said before the whole file is read, because a zone's type tells what its data is for.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from blocker.catalog.formats.key import any_key, key_of
from blocker.catalog.formats.localzone import TYPES, LocalZones
from blocker.catalog.formats.reading import Item, Reading, Unused
from blocker.catalog.formats.zone import Entry, entries

_OPTION: Final = re.compile(r"\s*([a-z-]+):\s*(.*?)\s*\Z", re.DOTALL)
_ZONE: Final = re.compile(r"""["']?([^"'\s]+)["']?\s+["']?([a-z_]+)["']?\s*(?:#.*)?\Z""", re.I)
_DATA: Final = re.compile(r"""(?:"(.*)"|'(.*)'|([^"'#]+))\s*(?:#.*)?\Z""", re.DOTALL)
_NOTHING: Final = frozenset(("server", "view"))


def items(lines: Iterable[bytes], reading: Reading) -> Iterator[Item]:
    """What a configuration says of names."""
    zones = LocalZones(reading)
    for number, line in enumerate(lines, 1):
        words = line.split()
        if len(words) == 3 and words[0] == b"local-zone:":
            kind = words[2].strip(b'"').decode("latin-1")
            if kind in TYPES:
                try:
                    zones.add_zone(number, key_of(words[1].strip(b'"').lower()), kind)
                    continue
                except ValueError:
                    pass
        if not words or words[0].startswith((b"#", b";")):
            continue
        try:
            _read(zones, reading, number, line.decode())
        except UnicodeDecodeError:
            reading.bad(number, line, "not UTF-8")
        except ValueError as error:
            reading.bad(number, line, str(error))
        except Unused as why:
            reading.ignored(number, line, str(why))
    yield from zones.items()


def _read(zones: LocalZones, reading: Reading, number: int, text: str) -> None:
    found = _OPTION.match(text)
    if not found:
        raise ValueError("not an option of Unbound")
    option, value = found.groups()
    match option:
        case "local-zone":
            zone = _ZONE.match(value)
            if not zone or zone[2].lower() not in TYPES:
                raise ValueError("not a name and a type of zone")
            zones.add_zone(number, any_key(zone[1].lower().encode()), zone[2].lower())
        case "local-data" | "local-data-ptr":
            data = _DATA.match(value)
            if not data:
                raise ValueError("not a record in quotation marks")
            record = (data[1] or data[2] or data[3] or "").replace('\\"', '"').strip()
            if option == "local-data":
                zones.add_data(number, _entry(reading, number, record))
            else:
                zones.add_pointer(number, record)
        case _:
            if option not in _NOTHING:
                raise Unused("an option that blocks nothing")


def _entry(reading: Reading, number: int, record: str) -> Entry | None:
    """The record; None when it is of another class than IN."""
    wrong: list[str] = []
    found = [*entries([record.encode()], lambda _, __, why: wrong.append(why))]
    if wrong:
        raise ValueError(wrong[0])
    return found[0] if found else None
