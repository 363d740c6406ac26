"""`$dnsrewrite=`: an adblock rule that answers otherwise than by blocking.

Short: an address, a name (CNAME) or a response code. Long: `RCODE;TYPE;VALUE`.
"""

from ipaddress import ip_address
from typing import Final

from blocker.catalog.formats import rdata
from blocker.catalog.formats.reading import Unused
from blocker.catalog.formats.rtypes import TYPES, type_number
from blocker.core.rule import LocalRecord, Mode

# SERVFAIL sends clients to their next server, as REFUSED does.
_MODES: Final[dict[str, Mode]] = {
    "NOERROR": "nodata",
    "NXDOMAIN": "nxdomain",
    "REFUSED": "refused",
    "SERVFAIL": "refused",
}
_NOWHERE: Final = frozenset((bytes(4), bytes(16)))


def read(value: str) -> Mode | LocalRecord:
    """How to answer; ValueError when the value is malformed, Unused when nothing can answer so."""
    if ";" not in value:
        return _short(value)
    parts = value.split(";", 2)
    if len(parts) != 3:
        raise ValueError("$dnsrewrite has the form RCODE;TYPE;VALUE")
    rcode, rtype, data = (part.strip() for part in parts)
    if rcode.upper() not in _MODES:
        raise Unused(f"$dnsrewrite answers {rcode[:20] or 'nothing'}, which nothing here does")
    if rcode.upper() != "NOERROR" or not (rtype or data):
        return _MODES[rcode.upper()]
    return _record(type_number(rtype), data)


def _short(value: str) -> Mode | LocalRecord:
    if value.isascii() and value.isalpha() and value.isupper():
        if value not in _MODES:
            raise ValueError(f"$dnsrewrite does not know {value[:20]}")
        return _MODES[value]
    try:
        rtype = TYPES["A" if ip_address(value).version == 4 else "AAAA"]
    except ValueError:
        rtype = TYPES["CNAME"]
    return _record(rtype, value)


def _record(rtype: int, data: str) -> Mode | LocalRecord:
    words = [data] if rtype == TYPES["TXT"] else data.split()
    try:
        octets = rdata.rdata(rtype, words)
    except ValueError as error:
        raise ValueError(f"$dnsrewrite has {error}") from None
    return "null-ip" if octets in _NOWHERE else LocalRecord(rtype, rdata.TTL, octets)
