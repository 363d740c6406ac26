"""`records:` and `hosts:` names that are answered here, for everybody.

A record written under `records:` stands instead of what a hosts file says of the same name. A name
that stands for itself is left to the upstreams: the exception to a wildcard.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator

from blocker.config.units import ip_address
from blocker.core.names import from_text, to_text
from blocker.errors import InvalidName, Problem
from blocker.hostsfile import HostsLine, hosts_line
from blocker.link import UserRecord

TTL: Final = 60  # seconds: a machine at home may have another address tomorrow
A, CNAME, PTR, AAAA = 1, 5, 12, 28
# What hosts files say of the machine itself; asked from elsewhere it would be another machine.
_ITSELF: Final = frozenset(("localhost", "localhost.localdomain", "broadcasthost"))


def folded(written: Any) -> str:
    """The name of a record in one form; `*.` in front stands for all names below. ValueError."""
    if not isinstance(written, str) or "*" in written.removeprefix("*."):
        message = f"{written} is not a name; write one like nas.lan, or *.lan for all below"
        raise ValueError(message)
    wild = "*." if written.startswith("*.") else ""
    return wild + _domain(written.removeprefix("*."))


def _values(written: Any) -> tuple[str, ...]:
    """Addresses, or the one name that is asked instead."""
    values = tuple(written) if isinstance(written, list) else (written,)
    if not values:
        raise ValueError("is empty; write an address or a name")
    told = tuple(_value(value) for value in values)
    if len(told) > 1 and not all(map(ip_address, told)):
        raise ValueError("a name stands beside something else; write addresses, or one name")
    return told


def _value(written: Any) -> str:
    if not isinstance(written, str):
        message = f"{written} is not an address or a name; write it in quotes"
        raise ValueError(message)
    if (address := ip_address(written)) is not None:
        return str(address)
    if written.startswith("*."):
        return folded(written)
    if written.rpartition(".")[2].isdigit() or ":" in written or "*" in written:
        message = f"{written} is neither an address nor a name; write one like 192.168.1.5"
        raise ValueError(message)
    return _domain(written)


def _domain(written: str) -> str:
    try:
        return to_text(from_text(written))
    except InvalidName as error:
        raise ValueError(f"{str(error).replace(';', ',')}; write a domain name") from None


def _not_many_names(records: "Records") -> "Records":
    for name, values in records.items():
        for value in values:
            if value.startswith("*.") and value != name:
                message = f"{name} leads to {value}, which are many names; write one of them"
                raise ValueError(message)
    return records


Name = Annotated[str, BeforeValidator(folded)]
Values = Annotated[tuple[str, ...], BeforeValidator(_values)]
Records = Annotated[dict[Name, Values], AfterValidator(_not_many_names)]


def records_of(records: Records, file: str, lines: dict[str, int]) -> list[UserRecord]:
    """The records under `records:`, which stands in `file` with each name on its line."""
    return [
        _record(name, value, file, lines.get(name, 0))
        for name, values in records.items()
        for value in values
    ]


def read_hosts(path: Path, problems: list[Problem]) -> list[UserRecord]:
    """The records of a file of hosts(5): addresses of names, and the first name of each address.

    What cannot be read is told in `problems`.
    """
    try:
        lines = path.read_bytes().decode("utf-8-sig", errors="replace").splitlines()
    except OSError as error:
        problems.append(Problem(str(path), 0, "", f"cannot be read: {error.strerror or error}"))
        return []
    found: dict[tuple[str, int, str], UserRecord] = {}
    for number, line in enumerate(lines, 1):
        try:
            said = hosts_line(line)
            records = [] if said is None else [*_of_line(said, str(path), number)]
        except ValueError as error:
            what, _, instead = str(error).partition("; ")
            problems.append(Problem(str(path), number, "", what, instead))
            continue
        for record in records:
            found.setdefault((record["name"], record["type"], record["rdata"]), record)
    return list(found.values())


def _of_line(said: HostsLine, file: str, line: int) -> Iterator[UserRecord]:
    """A name that leads to another link, or to the machine itself, is not for others."""
    names = [_domain(name) for name in said.names if name not in _ITSELF]
    if said.zone or said.address.is_multicast or not names:
        return
    for name in names:
        yield _record(name, str(said.address), file, line)
    if not (said.address.is_loopback or said.address.is_unspecified):
        pointer = to_text(from_text(said.address.reverse_pointer))
        yield UserRecord(
            name=pointer, type=PTR, ttl=TTL, rdata=from_text(names[0]).hex(), list=file, line=line
        )


def _record(name: str, value: str, file: str, line: int) -> UserRecord:
    rtype, rdata = _data(ip_address(value), value)
    return UserRecord(name=name, type=rtype, ttl=TTL, rdata=rdata.hex(), list=file, line=line)


def _data(address: IPv4Address | IPv6Address | None, name: str) -> tuple[int, bytes]:
    if address is None:
        return CNAME, from_text(name)
    return (A if address.version == 4 else AAAA), address.packed
