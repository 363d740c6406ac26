"""Domain names as the wire has them: length-prefixed labels ending in the root, folded to lower
case.

Rule: inside the program a name is `bytes` in this form and nothing else. Text appears only at the
edges (`from_text`, `to_text`), so `a\\.b.example` and `a.b.example` can never be taken for one
another.
"""

from collections.abc import Iterator

from blocker.errors import InvalidName

MAX_LABEL = 63  # RFC 1035 section 2.3.4
MAX_NAME = 255

ROOT = b"\x00"


def from_text(text: str) -> bytes:
    """The folded wire form of a name in presentation form (RFC 1035 section 5.1, `\\.` and
    `\\DDD`).

    A trailing dot is optional. Non-ASCII labels become A-labels (IDNA). Raises InvalidName.
    """
    if text == ".":
        return ROOT
    if "\\" not in text and text.isascii():
        labels = [label.encode() for label in text.removesuffix(".").split(".")]
    else:
        labels = list(_labels(text))
    for label in labels:
        if not label:
            raise InvalidName(f"{text!r} has an empty label")
        if len(label) > MAX_LABEL:
            raise InvalidName(f"{text!r} has a label of {len(label)} octets; at most {MAX_LABEL}")
    name = b"".join([bytes((len(label),)) + label for label in labels]) + ROOT
    if len(name) > MAX_NAME:
        raise InvalidName(f"{text!r} takes {len(name)} octets; at most {MAX_NAME}")
    return name.lower()


def to_text(name: bytes) -> str:
    """The presentation form, without the final dot; unsafe octets are escaped."""
    if name == ROOT:
        return "."
    return ".".join("".join(_PRINTED[octet] for octet in label) for label in labels(name))


def labels(name: bytes) -> Iterator[bytes]:
    """The labels from left to right, without the root."""
    position = 0
    while length := name[position]:
        yield name[position + 1 : position + 1 + length]
        position += length + 1


def parents(name: bytes) -> Iterator[bytes]:
    """The name itself and every name above it, without the root."""
    position = 0
    while length := name[position]:
        yield name[position:]
        position += length + 1


def is_below(name: bytes, zone: bytes) -> bool:
    """Whether `name` is `zone` or lies below it, on whole labels."""
    return name.endswith(zone) and starts_label(name, len(name) - len(zone))


def starts_label(name: bytes, position: int) -> bool:
    """Whether a label (or the root) starts at `position`.

    A byte-wise suffix match needs this: the label `ab\\006xiaomi` ends in the octets of
    `xiaomi.com`'s first label, length octet and all.
    """
    at = 0
    while at < position:
        at += name[at] + 1
    return at == position


def trie_key(name: bytes) -> bytes:
    """The octets reversed: a zone's key is a prefix of the key of every name below it."""
    return name[::-1]


def _labels(text: str) -> Iterator[bytes]:
    label = bytearray()
    rest = iter(text)
    wide = ""
    for character in rest:
        if character == "\\":
            label += _escaped(text, rest)
        elif character in ".\u3002\uff0e\uff61":  # the full stops of UTS 46 section 4.5
            yield _alabel(text, label, wide)
            label, wide = bytearray(), ""
        else:
            label += character.encode()
            wide += character
    if label:
        yield _alabel(text, label, wide)


def _escaped(text: str, rest: Iterator[str]) -> bytes:
    first = next(rest, "")
    if not first:
        raise InvalidName(f"{text!r} ends in a backslash")
    if not ("0" <= first <= "9"):
        return first.encode()
    digits = first + next(rest, "") + next(rest, "")
    if len(digits) != 3 or not (digits.isascii() and digits.isdigit()) or int(digits) > 255:
        raise InvalidName(
            f"{text!r} has the escape \\{digits}; write \\ and three digits up to 255"
        )
    return bytes((int(digits),))


def _alabel(text: str, label: bytearray, wide: str) -> bytes:
    if wide.isascii():
        return bytes(label)
    try:
        if wide.encode() != label:
            raise UnicodeError("escapes and letters beyond ASCII do not mix")
        encoded = wide.encode("idna")
        if b"." in encoded:
            raise UnicodeError("it has a character that stands for a full stop")
        return encoded
    except UnicodeError as error:
        raise InvalidName(
            f"{text!r} has a label that is no internationalised name: {error}"
        ) from error


def _printed(octet: int) -> str:
    character = chr(octet)
    if character in '."();@$\\':
        return "\\" + character
    return character if 0x21 <= octet <= 0x7E else f"\\{octet:03d}"


_PRINTED = tuple(_printed(octet) for octet in range(256))
