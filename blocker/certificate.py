"""A certificate and its key: tried out, looked into, and read again when their files change.

Rule: a pair that cannot be used changes nothing. With none at all every handshake fails, and the
log says why: to serve in clear text instead is no way out. One whose time is over, or has not come
by a clock that is wrong, is shown all the same: who does not verify is served.
"""

import asyncio
import logging
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, cast

LOOK: Final = 5.0  # seconds between two looks; who renews a certificate does so days ahead

log = logging.getLogger(__name__)

_Stamp = tuple[int, int, int]
_NO_CHECK_TIME: Final = 0x200000  # X509_V_FLAG_NO_CHECK_TIME, which the ssl module has no name for


class Certificate:
    """`contexts`, one for each of `alpns`, stay the same; connections that are made later have the
    newer pair.

    `error` says why the files cannot be used as they are now, or who will not take what is used;
    `usable` is whether any ever could, `in_force` whether clients take what is used now.
    """

    def __init__(self, certificate: str, key: str, *alpns: Sequence[str]) -> None:
        self.contexts = [server_context(alpn) for alpn in alpns]
        self.usable = False
        self.shown: Named | None = None  # None: nothing is, or it is not for servers
        self._fault = self._untimely = ""
        self._files = (Path(certificate), Path(key))
        self._used = self._files[0]
        self._seen: list[_Stamp | None] = []
        self.look()

    @property
    def error(self) -> str:
        return self._fault or self._untimely

    @property
    def in_force(self) -> bool:
        return self.usable and not self._untimely

    def name_files(self, certificate: str, key: str) -> None:
        """From now on look at these files."""
        if (files := (Path(certificate), Path(key))) != self._files:
            self._files, self._seen = files, []
            self.look()

    def look(self) -> None:
        """Take the files if they are others than at the last look, and see if it is their time."""
        seen = [_stamp(path) for path in self._files]
        if seen != self._seen:
            self._seen = seen
            self._take()
        self._look_at_the_clock()

    def _take(self) -> None:
        try:
            read_certificate(server_context(()), *self._files)  # not tried out on the one in use
            for context in self.contexts:
                read_certificate(context, *self._files)
        except (OSError, ValueError) as error:
            kept = "the one before stays in use" if self.usable else "no connection can be made"
            self._fault = f"{self._files[0]} cannot be used: {error}; {kept}"
            log.error("%s", self._fault)  # noqa: TRY400
            return
        self.usable, self._fault, self._untimely = True, "", ""
        self._used = self._files[0]
        try:
            self.shown = looked_into(*self._files, whenever=True)
        except (OSError, ValueError):
            self.shown = None
        log.info("%s is in use", self._used)

    def _look_at_the_clock(self) -> None:
        why = self.shown.untimely(_now()) if self.shown else ""
        said = why and f"{self._used} {why}; clients that verify it do not connect"
        if said == self._untimely:
            return
        self._untimely = said
        if said:
            log.error("%s", said)
        else:
            log.info("%s is valid now", self._used)

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
    since: float  # wall clock
    until: float

    @property
    def own_names(self) -> list[str]:
        """Those that stand for one name; the first is what clients are told to verify."""
        return [name.lower() for name in self.names if not name.startswith("*.")]

    def is_for(self, name: str) -> bool:
        wildcard = f"*.{name.partition('.')[2]}"
        return any(each.lower() in (name, wildcard) for each in self.names)

    def untimely(self, now: float) -> str:
        """Why it is not valid at this moment; empty when it is."""
        if now < self.since:
            return f"is not valid before {_date(self.since)} by this machine's clock"
        return f"has expired on {_date(self.until)}" if now > self.until else ""


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


def looked_into(certificate: Path, key: Path, *, whenever: bool = False) -> Named:
    """What clients are shown: a handshake with ourselves, in memory.

    OSError or ValueError when they would not take it: not for servers, expired or not yet valid,
    the latter not with `whenever`.
    """
    server_side = server_context(())
    read_certificate(server_side, certificate, key)
    client_side = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client_side.check_hostname = False
    client_side.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # whoever signed it: trust is theirs
    if whenever:
        client_side.verify_flags |= ssl.VerifyFlags(_NO_CHECK_TIME)
    client_side.load_verify_locations(certificate)
    shown = _shown(client_side, server_side)
    names = [(kind, name) for kind, name in shown.get("subjectAltName", ())]
    return Named(
        tuple(name for kind, name in names if kind == "DNS"),
        tuple(name for kind, name in names if kind == "IP Address"),
        ssl.cert_time_to_seconds(shown["notBefore"]),
        ssl.cert_time_to_seconds(shown["notAfter"]),
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
    return status.st_ino, status.st_ctime_ns, status.st_size  # ctime: also who may read it


def _now() -> float:
    return datetime.now(UTC).timestamp()


def _date(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M} UTC"
