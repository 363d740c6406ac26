"""The heads of HTTP/2 requests: what a header block asks (RFC 9113 section 8.3).

Rule: an equal block means the same as long as the table that it refers to is the same, so it is
read once: a client that asks again what it asked before costs one look-up.
"""

from dataclasses import dataclass
from typing import Final

from blocker.listen.blocks import Blocks, Field, text
from blocker.listen.doh import LARGEST_HEADERS, Question, Refusal, asked

_REMEMBERED: Final = 256  # heads
_LARGEST: Final = 512  # octets of a block that is remembered
_PATH: Final = 4  # its name in the static table; the bits above say what is done with the value
_PSEUDO: Final = frozenset((b":method", b":scheme", b":path", b":authority"))
_OF_CONNECTIONS: Final = frozenset(
    (b"connection", b"proxy-connection", b"keep-alive", b"transfer-encoding", b"upgrade")
)
_WANTED: Final = frozenset((b"content-type", b"content-length"))


@dataclass(frozen=True, slots=True)
class Head:
    """`length` is that of the body, where it is told."""

    method: str
    outcome: Question | Refusal
    length: int | None = None


class Heads:
    """Reads the blocks of one connection, in their order."""

    def __init__(self) -> None:
        self._blocks = Blocks(LARGEST_HEADERS)
        self._known: dict[bytes, Head | None] = {}
        self._lead = self._rest = b""  # the last block, up to its path and from there on
        self._said: tuple[str, str, str] | None = None  # what they say: method, type, length

    def read(self, block: bytes) -> Head | None:
        """None when it is malformed. HPACKError when later blocks cannot be read either."""
        if block in self._known:
            return self._known[block]
        if self._said is not None and block.startswith(self._lead):
            path, end = text(block, len(self._lead))
            if block[end:] == self._rest:
                return self._remember(block, _of(path, *self._said))
        fields = self._blocks.decode(block)
        said = _said(fields)
        self._said = None
        if self._blocks.changed:
            self._known.clear()
            return said and _of(*said)
        if said and (start := _path(block)):
            self._lead, self._rest = block[:start], block[text(block, start)[1] :]
            self._said = said[1:]
        return self._remember(block, said and _of(*said))

    def _remember(self, block: bytes, head: Head | None) -> Head | None:
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        if len(block) <= _LARGEST:
            self._known[block] = head
        return head


def _path(block: bytes) -> int:
    """Where a path stands that is written out and not put into the table, after fields that are in
    it: the one thing in which a client's questions differ. 0 when it is not that simple.
    """
    for at in range(min(len(block) - 1, 8)):
        if block[at] & 0x80:
            if block[at] == 0xFF:  # an index of more than one octet
                break
            continue
        if block[at] & 0x0F == _PATH and block[at] < 0x20:
            return at + 1
        break
    return 0


def _said(fields: list[Field]) -> tuple[bytes, str, str, str] | None:
    """Path, method, content type and length; None when it is malformed."""
    pseudo: dict[bytes, bytes] = {}
    found: dict[bytes, bytes] = {}
    regular = False
    for name, value in fields:
        if name[:1] == b":":
            if regular or name in pseudo or name not in _PSEUDO:
                return None
            pseudo[name] = value
            continue
        regular = True
        if name in _WANTED:
            if found.setdefault(name, value) != value:
                return None
        elif name in _OF_CONNECTIONS or name != name.lower():
            return None
    if not (pseudo.get(b":method") and pseudo.get(b":path") and pseudo.get(b":scheme")):
        return None
    kind, length = found.get(b"content-type", b""), found.get(b"content-length", b"")
    return pseudo[b":path"], _plain(pseudo[b":method"]), _plain(kind), _plain(length)


def _of(path: bytes, method: str, content_type: str, length: str) -> Head | None:
    if not path:
        return None
    outcome = asked(method, path, content_type, length)
    return Head(method, outcome, int(length) if length.isdigit() and len(length) < 10 else None)


def _plain(octets: bytes) -> str:
    """As text, whatever it is: nothing that it is compared with has others than ASCII."""
    return octets.decode("ascii", "replace")
