"""The trie key of a listed name. A list has millions: a plain name takes the fast way through C."""

from typing import Final

from blocker.catalog.formats.width import is_suffix
from blocker.core.names import from_text, to_text, trie_key
from blocker.errors import InvalidName

_PLAIN: Final = b"abcdefghijklmnopqrstuvwxyz0123456789-_."
_DOT: Final = ord(".")
_LONGEST: Final = 254  # octets of a name without the root's own
# The length octet of a label; looking up one over 63 octets fails.
_LENGTH: Final[list[bytes]] = [bytes((length,)) for length in range(64)]


def key_of(name: bytes) -> bytes:
    """The key of a folded name; ValueError says why it is no host name that a list may have."""
    if name.translate(None, _PLAIN):
        return _foreign(name)
    labels = name.split(b".")
    if not labels[-1]:  # a fully qualified name ends in a dot
        labels.pop()
    if len(labels) < 3:
        _refuse_too_wide(labels)
    if labels[-1].isdigit():
        raise ValueError("an address, not a name")
    if b".." in name or name[0] == _DOT:
        raise ValueError("an empty label")
    try:
        key = b"".join([_LENGTH[len(label)] + label for label in labels])[::-1]
    except IndexError:
        raise ValueError("a label of more than 63 octets") from None
    if len(key) > _LONGEST:
        raise ValueError("a name of more than 255 octets")
    return b"\x00" + key


def any_key(name: bytes) -> bytes:
    """The key of a name as zone files and resolvers have them: any octets, any number of labels."""
    try:
        return key_of(name)
    except ValueError:
        try:
            return trie_key(from_text(name.decode()))
        except UnicodeDecodeError:
            raise ValueError("not UTF-8") from None
        except InvalidName:
            raise ValueError("not a domain name") from None


def _refuse_too_wide(labels: list[bytes]) -> None:
    if len(labels) < 2:
        raise ValueError("one label: a top-level domain or no domain name")
    if is_suffix(*labels):
        raise ValueError("a suffix that others register names below")


def _foreign(name: bytes) -> bytes:
    """Not plain: an internationalised name, or none at all."""
    try:
        text = name.decode()
        if text.isascii():
            raise ValueError("not a host name")
        return key_of(to_text(from_text(text)).encode())
    except (InvalidName, UnicodeDecodeError):
        raise ValueError("not a host name") from None
