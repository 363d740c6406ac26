"""Durations, sizes, addresses and networks as people write them in the configuration.

Each reader takes what stood in the file and gives the value, or raises ValueError("what is wrong;
what to write instead"). The aliases at the end are the types of the models' fields.
"""

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BeforeValidator

from blocker.core.names import to_text
from blocker.userrules import domain_name

SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
OCTETS: Final = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
LONGEST: Final = 3650 * SECONDS["d"]

_DURATION: Final = re.compile(r"([0-9]+)([smhd])\Z")
_SIZE: Final = re.compile(r"([0-9]+)(B|KiB|MiB|GiB)\Z")
_NUMBER_FIRST: Final = re.compile(r"([0-9]+)\s*([A-Za-z]*)")
_UNITS: Final = {  # as people write them; without one it is seconds
    "s": ("", "s", "sec", "secs", "second", "seconds"),
    "m": ("m", "min", "mins", "minute", "minutes"),
    "h": ("h", "hr", "hrs", "hour", "hours"),
    "d": ("d", "day", "days"),
}
_PORTS: Final = range(1, 65_536)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address and a port to listen on."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def duration(written: Any) -> int:
    """`30s 5m 24h 7d` in seconds."""
    match = _DURATION.match(written) if isinstance(written, str) else None
    if match is None:
        message = f"{written} is not a duration; write {_like_duration(written)}"
        raise ValueError(message)
    seconds = int(match[1]) * SECONDS[match[2]]
    if seconds > LONGEST:
        message = f"{written} is longer than ten years; write 3650d at most"
        raise ValueError(message)
    return seconds


def size(written: Any) -> int:
    """`64MiB` in octets."""
    match = _SIZE.match(written) if isinstance(written, str) else None
    if match is None:
        message = f"{written} is not a size; write {_like_size(written)}"
        raise ValueError(message)
    return int(match[1]) * OCTETS[match[2]]


def endpoint(written: Any) -> Endpoint:
    """`0.0.0.0:53` or `[::]:53`."""
    if not isinstance(written, str):
        message = f"{written} is not an address and port; write one like 0.0.0.0:53"
        raise ValueError(message)
    host, _, port = written.rpartition(":")
    if (bare := ip_address(written)) is not None:
        whole = Endpoint(str(bare), 53)
        split = ip_address(host) if port == "53" else None  # ::1:53 was hardly meant as ::1:0:53
        message = f"{written} has no port; write {Endpoint(str(split), 53) if split else whole}"
        raise ValueError(message)
    if ":" in host and not (host.startswith("[") and host.endswith("]")):
        message = f"{written} is ambiguous; write an IPv6 address in brackets, like [{host}]:{port}"
        raise ValueError(message)
    address = ip_address(host.removeprefix("[").removesuffix("]"))
    if address is None:
        number = port if port.isdigit() else 53
        known = {"localhost": f"127.0.0.1:{number}", "*": f"0.0.0.0:{number}"}
        example = known.get(host, f"an IP address and a port, like 0.0.0.0:{number}")
        message = f"{written} does not begin with an IP address; write {example}"
        raise ValueError(message)
    return Endpoint(str(address), port_number(port))


def port_number(written: str) -> int:
    """`53`; 0 is none that a client could be told."""
    if not (written.isascii() and written.isdigit() and int(written) in _PORTS):
        message = f"{written or 'nothing'} is not a port; write a number from 1 to 65535"
        raise ValueError(message)
    return int(written)


def network(written: Any) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """`198.51.100.0/24`, or a single address."""
    try:
        return ipaddress.ip_network(_text(written))
    except ValueError:
        pass
    try:
        meant = ipaddress.ip_network(_text(written), strict=False)
    except ValueError:
        message = f"{written} is not a network; write one like 198.51.100.0/24 or 2001:db8::/32"
        raise ValueError(message) from None
    message = f"{written} is an address inside a network; write {meant} for all of it"
    raise ValueError(message)


def path(written: Any) -> Path:
    """A file or folder; whose folder it counts from is settled by the loader."""
    if isinstance(written, Path) or (isinstance(written, str) and written and "\0" not in written):
        return Path(written)
    message = f"{written!r} is not a path; write one in quotes"
    raise ValueError(message)


def not_truth(written: Any) -> Any:
    """A switch is `on` or `off`; `true` would be read as neither."""
    if isinstance(written, bool):
        message = f"{str(written).lower()} is not a switch; write {'on' if written else 'off'}"
        raise ValueError(message)
    return written


def zone(written: Any) -> str:
    """`lan`, also when written as `lan.`: a name with all below it."""
    if not isinstance(written, str):
        message = f"{written} is not a zone; write a domain name in quotes"
        raise ValueError(message)
    return to_text(domain_name(written))


def whole_number(least: int, most: int) -> BeforeValidator:
    """A count within bounds."""

    def read(written: Any) -> int:
        if type(written) is not int or not least <= written <= most:
            message = (
                f"{written} is not a number from {least} to {most}; write {least}, to begin with"
            )
            raise ValueError(message)
        return written

    return BeforeValidator(read)


def ip_address(written: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address, or None when it is none."""
    try:
        return ipaddress.ip_address(written)
    except ValueError:
        return None


def _text(written: Any) -> str:
    return written if isinstance(written, str) else ""  # ip_network(1) would be 0.0.0.1/32


def _like_duration(written: Any) -> str:
    match = _NUMBER_FIRST.fullmatch(str(written))
    word = match[2].lower() if match else "?"
    if match and word in ("w", "week", "weeks"):
        return f"{int(match[1]) * 7}d"
    unit = next((unit for unit, words in _UNITS.items() if word in words), None)
    return "one like 30s, 5m, 24h or 7d" if match is None or unit is None else f"{match[1]}{unit}"


def _like_size(written: Any) -> str:
    match = _NUMBER_FIRST.fullmatch(str(written))
    unit = match[2][:1].upper() if match else ""
    if match is None or unit not in ("K", "M", "G"):
        return "one like 64MiB"
    return f"{match[1]}{unit}iB"


Duration = Annotated[int, BeforeValidator(duration)]
Size = Annotated[int, BeforeValidator(size)]
ListenAddress = Annotated[Endpoint, BeforeValidator(endpoint)]
FilePath = Annotated[Path, BeforeValidator(path)]
Network = Annotated[ipaddress.IPv4Network | ipaddress.IPv6Network, BeforeValidator(network)]
Zone = Annotated[str, BeforeValidator(zone)]
