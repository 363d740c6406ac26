"""Whether a file is a list at all, and of which format."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

from blocker.catalog.formats.hosts import is_address

HEAD: Final = 4096  # octets that are enough for `why_no_list`
_HTML: Final = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|title|script|meta|\?xml|svg|rss)\b",
    re.IGNORECASE | re.DOTALL,
)
_JSON: Final = re.compile(rb'\s*(?:\{\s*(?:"|\})|\[\s*[{"\]])')
_PACKED: Final = {
    b"\x1f\x8b": "is a gzip file; unpack it",
    b"PK\x03\x04": "is a zip file; unpack it",
    b"BZh": "is a bzip2 file; unpack it",
    b"\xfd7zXZ": "is an xz file; unpack it",
    b"\x28\xb5\x2f\xfd": "is a zstd file; unpack it",
    b"%PDF": "is a PDF document",
    b"\x89PNG": "is a picture",
}
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff")
_CONTROL: Final = bytes({*range(32), 127} - set(b"\t\n\r\f\v\x1a\x1b"))
_MOST_CONTROL: Final = 50  # one octet in so many, at the most

_ADBLOCK: Final = re.compile(
    rb"@?@?\|\||@@|\||\S+\^\|?(?:\$\S*)?\Z|\S+\$\w|/.+/\$\w|\[adblock|\S+#@?[?$%]?#", re.IGNORECASE
)
_DNSMASQ: Final = re.compile(rb"(?:--)?(?:address|server|local|host-record|cname)=\S", re.I)
_UNBOUND: Final = re.compile(rb"(?:local-(?:zone|data|data-ptr):|server:)", re.IGNORECASE)
_RPZ: Final = re.compile(
    rb"(?:\$(?:TTL|ORIGIN)\b|(?:\S+\s+)?(?:\d\w*\s+)?(?:IN\s+)?(?:\d\w*\s+)?"
    rb"(?:CNAME|SOA|NS|TXT|A|AAAA|MX|SRV|PTR)\s+\S)",
    re.IGNORECASE,
)
_REGEX: Final = re.compile(rb"(?:@@)?/.+/\Z|\^|\S*(?:\\[.dwb]|\(\^|\(\?|\)\$|\]\S*\$\Z)|\S+\$\Z")
_WILDCARD: Final = re.compile(rb"\*\.[\w.-]+\Z")


def is_a_list(head: bytes) -> str | None:
    """Why the beginning of a file is not that of a list; None when it may be one."""
    if not head.strip():
        return "is empty"
    if head.startswith(_WIDE):
        return "is UTF-16; save it as UTF-8"
    for magic, why in _PACKED.items():
        if head.startswith(magic):
            return why
    if head.count(b"\x00") or len(head) - len(head.translate(None, _CONTROL)) > (
        len(head) // _MOST_CONTROL
    ):
        return "is binary, not text"
    head = head.removeprefix(b"\xef\xbb\xbf")
    if _HTML.match(head):
        return "is a page of the web, not a list"
    if _JSON.match(head):
        return "is JSON, not a list"
    return None


def recognise(lines: Iterable[bytes]) -> str:
    """The format of a list, by what its first lines look like."""
    looks = Counter(_looks(line.strip()) for line in lines)
    del looks[""]
    for format_ in ("unbound", "dnsmasq", "rpz"):  # these have nothing in common with the others
        if looks[format_] * 2 > looks.total():
            return format_
    if looks["adblock"]:  # has all that follow as well
        return "adblock"
    for format_ in ("hosts", "wildcard", "regex"):
        if looks[format_] * 2 > looks.total():
            return format_
    return "domains"


def _looks(line: bytes) -> str:
    """Which format a line belongs to; "" when it could be of any."""
    if not line or line[:1] in (b"#", b"!", b";") or line.startswith(b"[Adblock"):
        return "adblock" if line.startswith(b"[Adblock") else ""
    for format_, pattern in (
        ("unbound", _UNBOUND),
        ("dnsmasq", _DNSMASQ),
        ("adblock", _ADBLOCK),
        ("wildcard", _WILDCARD),
        ("regex", _REGEX),
    ):
        if pattern.match(line):
            return format_
    words = line.partition(b"#")[0].split()
    if len(words) > 1:
        if is_address(words[0]) or words[0] == b"0":
            return "hosts"
        if _RPZ.match(line):
            return "rpz"
    return "rpz" if line.startswith((b"$TTL", b"$ORIGIN")) else "domains"
