"""What the configuration says of a list that this part looks after, as plain values.

Rule: a source comes from the configuration file, and from nowhere else. What the API and the
command line give is the name of one that is configured there.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol, Self
from urllib.parse import urlsplit

from blocker.download.addresses import is_loopback
from blocker.errors import BlockerError

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_PASSWORD: Final = re.compile(r"(?<=://)[^/@\s]*@")


class DownloadError(BlockerError):
    """A list could not be had; its text says why. The last good copy is untouched."""


class Configured(Protocol):
    """A subscription of the configuration, as far as it is used here."""

    @property
    def name(self) -> str: ...
    @property
    def source(self) -> Any: ...  # a URL or a path
    @property
    def format(self) -> str: ...
    @property
    def action(self) -> str: ...
    @property
    def refresh(self) -> int: ...  # seconds
    @property
    def size(self) -> int: ...  # octets


@dataclass(frozen=True, slots=True)
class Source:
    """A subscription. Plain values: it crosses a pipe as JSON."""

    name: str
    source: str
    format: str = "auto"
    action: str = "block"
    refresh: int = 86_400
    size: int = 64 << 20

    @classmethod
    def of(cls, configured: Configured) -> Self:
        said = configured
        return cls(said.name, str(said.source), said.format, said.action, said.refresh, said.size)

    @property
    def is_download(self) -> bool:
        return _SCHEME.match(self.source) is not None

    @property
    def shown(self) -> str:
        """The source without the password that a URL may have."""
        return _PASSWORD.sub("***@", self.source)


def copy_of(state: Path, name: str) -> Path:
    """Where the last good copy of a list lies. ValueError for what is no name of a list."""
    if not _NAME.match(name):
        message = f"{name!r} is no name of a list"
        raise ValueError(message)
    return state / "lists" / f"{name}.list"


def written_host(url: str) -> tuple[str, str]:
    """The scheme and host of a URL a person wrote; DownloadError when it may not be fetched."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        message = f"{url} is not a URL: {error}"
        raise DownloadError(message) from None
    if parts.scheme not in ("http", "https") or not host:
        message = f"{url} is not to be downloaded; write a URL that begins with https://"
        raise DownloadError(message)
    if parts.scheme == "http" and not is_loopback(host):
        message = (
            f"{url} would come unencrypted, and anyone on the way could change it; "
            f"write https://{url.partition('://')[2]}"
        )
        raise DownloadError(message)
    return parts.scheme, host


def reason_of(error: OSError) -> str:
    """Without numbers and brackets."""
    if error.errno and error.errno > 0:
        return os.strerror(error.errno).lower()
    return error.strerror or str(error) or "no connection"
