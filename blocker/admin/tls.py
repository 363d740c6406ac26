"""The certificate of the API: read at the start, and again when its files have changed.

Rule: a pair that cannot be used changes nothing. With none at all every handshake fails, and the
log says why: to serve in clear text instead is no way out.
"""

import asyncio
import logging
import ssl
from pathlib import Path
from typing import Final

from blocker.config.admin import read_certificate

LOOK: Final = 5.0  # seconds between two looks; who renews a certificate does so days ahead

log = logging.getLogger(__name__)

_Stamp = tuple[int, int, int]


class Certificate:
    """`context` stays the same; connections that are made later have the newer pair."""

    def __init__(self, certificate: str, key: str) -> None:
        self.context = _context()
        self._files = (Path(certificate), Path(key))
        self._seen: list[_Stamp | None] = []
        self.look()

    def look(self) -> None:
        """Take the files if they are others than at the last look."""
        seen = [_stamp(path) for path in self._files]
        if seen == self._seen:
            return
        again = bool(self._seen)
        self._seen = seen
        try:
            read_certificate(_context(), *self._files)  # the one in use is not tried out on
            read_certificate(self.context, *self._files)
        except (OSError, ValueError) as error:
            kept = "the one before stays in use" if again else "no connection can be made"
            log.error("%s cannot be used: %s; %s", self._files[0], error, kept)  # noqa: TRY400
        else:
            log.info("%s is in use", self._files[0])

    async def run(self) -> None:
        while True:
            await asyncio.sleep(LOOK)
            self.look()


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context


def _stamp(path: Path) -> _Stamp | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
