"""The octets of a list as they arrive: unpacked, measured, counted, looked at for what they are.

Rule: nothing grows with what the server sends but the file, and that only up to a limit, which
holds for what arrives as for what it unpacks to.
"""

import hashlib
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Final

from blocker.download.source import DownloadError, reason_of

HEAD: Final = 64 << 10  # octets looked at to tell what it is
LONGEST_LINE: Final = 64 << 10
STEP: Final = 256 << 10  # octets unpacked at a time

IsAList = Callable[[bytes], str | None]  # why a file's beginning is not a list's: `is ...`

_GZIP: Final = b"\x1f\x8b"
_LINE: Final = re.compile(rb"^[ \t]*[^\s#!;]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Content:
    """What a whole list comes to. `lines` are those that are neither empty nor a comment."""

    octets: int
    lines: int
    digest: str


class Body:
    """Takes chunks, writes the list into `file`. DownloadError as soon as it cannot be one."""

    def __init__(self, file: BinaryIO, limit: int, is_a_list: IsAList, encoding: str = "") -> None:
        self.arrived = 0
        self._file = file
        self.limit = limit
        self._is_a_list = is_a_list
        self._encoded = encoding.lower() in ("gzip", "x-gzip")
        self._unpacking: zlib._Decompress | None = _gzip() if self._encoded else None
        self._octets = 0
        self._lines = 0
        self._digest = hashlib.blake2b(digest_size=16)
        self._head = b""
        self._looked = False
        self._rest = b""  # a line whose end has not come

    def feed(self, chunk: bytes) -> None:
        if not self.arrived and not self._encoded and chunk.startswith(_GZIP):
            self._unpacking = _gzip()  # a file.gz, sent as it is
        self.arrived += len(chunk)
        self._must_fit(self.arrived)
        if self._unpacking is None:
            self._take(chunk)
            return
        while chunk:
            if self._unpacking.eof:
                if not chunk.strip(b"\0"):
                    return  # padding
                self._unpacking = _gzip()  # gzip files may stand one after the other
            try:
                self._take(self._unpacking.decompress(chunk, STEP))
            except zlib.error as error:
                message = f"its gzip is damaged: {error}"
                raise DownloadError(message) from None
            chunk = self._unpacking.unconsumed_tail or self._unpacking.unused_data

    def finish(self) -> Content:
        """All has come."""
        if self._unpacking is not None and self.arrived:
            self._drain(self._unpacking)
        self._look()
        self._lines += len(_LINE.findall(self._rest))
        if not self._lines:
            message = "it is empty" if not self._octets else "it has nothing but comments"
            raise DownloadError(message)
        return Content(self._octets, self._lines, self._digest.hexdigest())

    def _drain(self, unpacking: "zlib._Decompress") -> None:
        """What is still inside: the last output may have stopped at STEP."""
        while not unpacking.eof and (more := unpacking.decompress(b"", STEP)):
            self._take(more)
        if not unpacking.eof:
            raise DownloadError("it is truncated: its gzip ends in the middle")

    def _take(self, octets: bytes) -> None:
        self._octets += len(octets)
        self._must_fit(self._octets)
        if b"\0" in octets:
            raise DownloadError("it is binary, not text")
        try:
            self._file.write(octets)
        except OSError as error:
            message = f"it cannot be written: {reason_of(error)}"
            raise DownloadError(message) from error
        self._digest.update(octets)
        if not self._looked:
            self._head += octets
            if len(self._head) >= HEAD:
                self._look()
        whole, newline, rest = octets.rpartition(b"\n")
        if newline:
            self._lines += len(_LINE.findall(self._rest + whole))
            self._rest = rest
        else:
            self._rest += octets
        if len(self._rest) > LONGEST_LINE:
            message = f"it has a line of more than {LONGEST_LINE >> 10} KiB, so it is no list"
            raise DownloadError(message)

    def _look(self) -> None:
        if self._looked:
            return
        self._looked = True
        if self._head.strip() and (why := self._is_a_list(self._head[:HEAD])):
            message = f"it {why}"
            raise DownloadError(message)
        self._head = b""

    def _must_fit(self, octets: int) -> None:
        if octets > self.limit:
            raise DownloadError(too_large(self.limit))


def too_large(limit: int) -> str:
    return f"it is larger than {limit:,} octets; if that is right, raise its size"


def _gzip() -> "zlib._Decompress":
    return zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
