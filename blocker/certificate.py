"""A certificate and its key: tried out, looked into, and read again when their files change.

Rule: a pair that cannot be used changes nothing. With none at all every handshake fails, and the
log says why: to serve in clear text instead is no way out.
"""

import asyncio
import logging
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

LOOK: Final = 5.0  # seconds between two looks; who renews a certificate does so days ahead

log = logging.getLogger(__name__)

_Stamp = tuple[int, int, int]


class Certificate:
    """`contexts`, one for each of `alpns`, stay the same; connections that are made later have the
    newer pair.

    `error` says why the files cannot be used as they are now; `usable` is whether any ever could.
    """

    def __init__(self, certificate: str, key: str, *alpns: Sequence[str]) -> None:
        self.contexts = [server_context(alpn) for alpn in alpns]
        self.error = ""
        self.usable = False
        self._files = (Path(certificate), Path(key))
        self._seen: list[_Stamp | None] = []
        self.look()

    def name_files(self, certificate: str, key: str) -> None:
        """From now on look at these files."""
        if (files := (Path(certificate), Path(key))) != self._files:
            self._files, self._seen = files, []
            self.look()

    def look(self) -> None:
        """Take the files if they are others than at the last look."""
        seen = [_stamp(path) for path in self._files]
        if seen == self._seen:
            return
        self._seen = seen
        try:
            read_certificate(server_context(()), *self._files)  # not tried out on the one in use
            for context in self.contexts:
                read_certificate(context, *self._files)
        except (OSError, ValueError) as error:
            kept = "the one before stays in use" if self.usable else "no connection can be made"
            self.error = f"{self._files[0]} cannot be used: {error}; {kept}"
            log.error("%s", self.error)  # noqa: TRY400
        else:
            self.usable, self.error = True, ""
            log.info("%s is in use", self._files[0])

    async def run(self) -> None:
        """Look for as long as the loop runs."""
        while True:
            await asyncio.sleep(LOOK)
            self.look()


@dataclass(frozen=True, slots=True)
class Named:
    """What a certificate is for; a name may begin with `*.`, and stands for one label there."""

    names: tuple[str, ...]
    addresses: tuple[str, ...]

    def is_for(self, name: str) -> bool:
        wildcard = f"*.{name.partition('.')[2]}"
        return any(each.lower() in (name, wildcard) for each in self.names)


def server_context(alpn: Sequence[str]) -> ssl.SSLContext:
    """For TLS 1.2 and later; a client that knows none of `alpn` is served all the same."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION  # it costs us more than whoever asks for it
    if alpn:
        context.set_alpn_protocols(list(alpn))
    return context


def read_certificate(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    """OSError or ValueError when the files are not a pair."""

    def no_passphrase() -> str:
        raise ValueError("the key has a passphrase")  # OpenSSL would ask on the terminal

    context.load_cert_chain(certificate, key, password=no_passphrase)


def looked_into(certificate: Path, key: Path) -> Named:
    """What clients are shown: a handshake with ourselves, in memory.

    OSError or ValueError when they would not take it: expired, not yet valid, not for servers.
    """
    server_side = server_context(())
    read_certificate(server_side, certificate, key)
    client_side = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client_side.check_hostname = False
    client_side.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # whoever signed it: trust is theirs
    client_side.load_verify_locations(certificate)
    shown = _shown(client_side, server_side)
    names = [(kind, name) for kind, name in shown.get("subjectAltName", ())]
    return Named(
        tuple(name for kind, name in names if kind == "DNS"),
        tuple(name for kind, name in names if kind == "IP Address"),
    )


def _shown(client_side: ssl.SSLContext, server_side: ssl.SSLContext) -> dict[str, Any]:
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_side.wrap_bio(to_client, to_server)
    server = server_side.wrap_bio(to_server, to_client, server_side=True)
    waiting = [client, server]
    while client in waiting:
        for end in tuple(waiting):
            try:
                end.do_handshake()
                waiting.remove(end)
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError as error:
                raise ValueError(error.verify_message) from None
    return cast(dict[str, Any], client.getpeercert())


def _stamp(path: Path) -> _Stamp | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
