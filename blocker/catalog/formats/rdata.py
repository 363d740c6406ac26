"""RDATA from the words of a zone file to the octets of the wire (RFC 1035 section 5.1, RFC 3597
section 5, RFC 9460 section 2.1). Names are not compressed, and folded to lower case.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address
from struct import pack
from typing import Final

from blocker.catalog.formats.rtypes import TYPES, type_number
from blocker.core.names import ROOT, from_text
from blocker.core.rule import LocalRecord

TTL: Final = 60  # seconds that an answer of a list's own may be kept, if it does not say
Names = Callable[[str], bytes]  # a name as written, to the wire
_MAX: Final = 65_535
_LONGEST: Final = (1 << 32) - 1
_TEXT: Final = 255  # octets of a character string


def absolute(written: str) -> bytes:
    """A name that is whole, with a final dot or without."""
    return from_text(written)


def rdata(rtype: int, words: Sequence[str], names: Names = absolute) -> bytes:
    """The octets that the words stand for; ValueError when they do not fit the type."""
    if words and words[0] == "\\#":
        return _generic(words[1:])
    write = _WRITE.get(rtype)
    if write is None:
        raise ValueError("a record of a type that has to be written as RFC 3597 says (\\#)")
    try:
        octets = write(list(words), names)
    except IndexError:
        raise ValueError("a record that lacks something") from None
    if len(octets) > _MAX:
        raise ValueError("a record of more than 65535 octets")
    return octets


def address_record(address: IPv4Address | IPv6Address, ttl: int = TTL) -> LocalRecord:
    """The A or AAAA record that leads to an address."""
    return LocalRecord(TYPES["A" if address.version == 4 else "AAAA"], ttl, address.packed)


def unescaped(written: str) -> bytes:
    """The octets of a character string (RFC 1035 section 5.1)."""
    if "\\" not in written:
        return written.encode()
    octets = bytearray()
    rest = iter(written)
    for character in rest:
        if character != "\\":
            octets += character.encode()
            continue
        first = next(rest, "")
        if not first.isdigit():
            octets += first.encode()
            continue
        digits = first + next(rest, "") + next(rest, "")
        if len(digits) != 3 or not (digits.isascii() and digits.isdigit()) or int(digits) > 255:
            raise ValueError(f"the escape \\{digits}, which is not three digits up to 255")
        octets.append(int(digits))
    return bytes(octets)


def _number(word: str, most: int = _MAX) -> int:
    if not (word.isascii() and word.isdigit()) or int(word) > most:
        raise ValueError(f"{word[:20]}, which is not a number up to {most}")
    return int(word)


def _text(word: str) -> bytes:
    octets = unescaped(word)
    if len(octets) > _TEXT:
        raise ValueError("a text of more than 255 octets")
    return bytes((len(octets),)) + octets


def _generic(words: Sequence[str]) -> bytes:
    try:
        octets = bytes.fromhex("".join(words[1:]))
    except ValueError:
        octets = None
    if octets is None or not words or words[0] != str(len(octets)):
        raise ValueError("a record whose length or hexadecimal digits are wrong")
    return octets


def _one_name(words: list[str], names: Names) -> bytes:
    _only(words, 1)
    return names(words[0])


def _a(words: list[str], names: Names) -> bytes:
    _only(words, 1)
    return IPv4Address(words[0]).packed


def _aaaa(words: list[str], names: Names) -> bytes:
    _only(words, 1)
    return IPv6Address(words[0]).packed


def _soa(words: list[str], names: Names) -> bytes:
    _only(words, 7)
    numbers = [_number(word, _LONGEST) for word in words[2:]]
    return names(words[0]) + names(words[1]) + pack(">5I", *numbers)


def _mx(words: list[str], names: Names) -> bytes:
    _only(words, 2)
    return pack(">H", _number(words[0])) + names(words[1])


def _srv(words: list[str], names: Names) -> bytes:
    _only(words, 4)
    return pack(">HHH", *map(_number, words[:3])) + names(words[3])


def _txt(words: list[str], names: Names) -> bytes:
    return b"".join(map(_text, [words[0], *words[1:]]))


def _naptr(words: list[str], names: Names) -> bytes:
    _only(words, 6)
    texts = b"".join(map(_text, words[2:5]))
    return pack(">HH", *map(_number, words[:2])) + texts + names(words[5])


def _caa(words: list[str], names: Names) -> bytes:
    _only(words, 3)
    return bytes((_number(words[0], 255),)) + _text(words[1]) + unescaped(words[2])


def _uri(words: list[str], names: Names) -> bytes:
    _only(words, 3)
    return pack(">HH", *map(_number, words[:2])) + unescaped(words[2])


def _svcb(words: list[str], names: Names) -> bytes:
    target = ROOT if words[1] == "." else names(words[1])
    parameters: dict[int, bytes] = {}
    for word in words[2:]:
        key, _, value = word.partition("=")
        number = _parameter(key)
        if number in parameters:
            raise ValueError(f"the parameter {key} twice")
        parameters[number] = _VALUES.get(number, unescaped)(value.removeprefix('"').rstrip('"'))
    return (
        pack(">H", _number(words[0]))
        + target
        + b"".join(pack(">HH", key, len(value)) + value
                   for key, value in sorted(parameters.items()))
    )  # fmt: skip


_PARAMETERS: Final = (
    "mandatory", "alpn", "no-default-alpn", "port", "ipv4hint", "ech", "ipv6hint", "dohpath",
    "ohttp",
)  # fmt: skip


def _parameter(key: str) -> int:
    key = key.lower()
    if key in _PARAMETERS:
        return _PARAMETERS.index(key)
    if key.startswith("key"):
        return _number(key[3:])
    raise ValueError(f"{key[:20] or 'nothing'}, which is no parameter of a service")


def _ech(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error:
        raise ValueError("an ech that is not base64") from None


_VALUES: Final[dict[int, Callable[[str], bytes]]] = {
    0: lambda value: b"".join(sorted(pack(">H", _parameter(key)) for key in value.split(","))),
    1: lambda value: b"".join(_text(protocol) for protocol in value.split(",")),
    3: lambda value: pack(">H", _number(value)),
    4: lambda value: b"".join(IPv4Address(each).packed for each in value.split(",")),
    5: _ech,
    6: lambda value: b"".join(IPv6Address(each).packed for each in value.split(",")),
}


def _only(words: list[str], count: int) -> None:
    if len(words) != count:
        raise ValueError(f"a record of {len(words)} parts, where its type has {count}")


_WRITE: Final[dict[int, Callable[[list[str], Names], bytes]]] = {
    TYPES["A"]: _a,
    TYPES["AAAA"]: _aaaa,
    TYPES["SOA"]: _soa,
    TYPES["MX"]: _mx,
    TYPES["TXT"]: _txt,
    TYPES["SPF"]: _txt,
    TYPES["HINFO"]: _txt,
    TYPES["SRV"]: _srv,
    TYPES["NAPTR"]: _naptr,
    TYPES["CAA"]: _caa,
    TYPES["URI"]: _uri,
    TYPES["SVCB"]: _svcb,
    TYPES["HTTPS"]: _svcb,
    **{type_number(name): _one_name for name in ("NS", "CNAME", "PTR", "DNAME")},
}
