"""`subscriptions:` other people's lists, from files and from https URLs."""

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, PrivateAttr

from blocker.config.blocking import SwitchState
from blocker.config.section import Section
from blocker.config.units import OCTETS, SECONDS, Duration, Size, path
from blocker.yamlfile import suggest

FORMATS: Final = (
    "auto", "hosts", "domains", "wildcard", "adblock", "dnsmasq", "unbound", "rpz", "regex",
)  # fmt: skip
ANSWERS: Final = ("null-ip", "nxdomain", "nodata", "refused", "drop", "tcp-only")
COPIES: Final = "lists"  # the folder in `state` that downloads lie in
_SHORTEST: Final = 5 * SECONDS["m"]

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
# Other names of the same formats.
_MEANT: Final = {
    "adguard": "adblock", "abp": "adblock", "adblockplus": "adblock", "easylist": "adblock",
    "plain": "domains", "names": "domains", "domain": "domains", "pihole": "domains",
    "wildcards": "wildcard", "response-policy-zone": "rpz", "bind": "rpz", "zone": "rpz",
}  # fmt: skip


def _name(written: Any) -> Any:
    if not isinstance(written, str) or not _NAME.match(written):
        message = f"{written} cannot be a name here; write letters, digits, dots and dashes"
        raise ValueError(message)
    return written


def _source(written: Any) -> Any:
    """A URL stays text; a path becomes one."""
    scheme = _SCHEME.match(written) if isinstance(written, str) else None
    if scheme is None:
        return path(written)
    try:
        parts = urlsplit(written)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        message = f"{written} is not a URL ({error}); write one like https://example.org/list.txt"
        raise ValueError(message) from None
    if parts.scheme == "file":
        message = f"{written} is a file; write its path, {parts.path}"
        raise ValueError(message)
    if parts.scheme not in ("https", "http") or not host:
        message = (
            f"{written} cannot be downloaded; write a path, or a URL that begins with https://"
        )
        raise ValueError(message)
    if parts.scheme == "http" and not _is_this_machine(host):
        message = (
            f"{written} would come unencrypted, and anyone on the way could change it; "
            f"write https://{written.partition('://')[2]}"
        )
        raise ValueError(message)
    return written


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _format(written: Any) -> Any:
    if written not in FORMATS:
        meant = _MEANT.get(str(written).lower())
        instead = f"write {meant}" if meant else suggest(written, FORMATS)
        message = f"{written} is not a format; {instead}"
        raise ValueError(message)
    return written


def _answer(written: Any) -> Any:
    if written is not None and written not in ANSWERS:
        message = f"{written} is no way to answer; {suggest(written, ANSWERS)}"
        raise ValueError(message)
    return written


def _not_too_often(seconds: int) -> int:
    if seconds < _SHORTEST:
        raise ValueError("asks its server too often; write 5m or more")
    return seconds


def _some(octets: int) -> int:
    if not octets:
        raise ValueError("leaves room for nothing; write 64MiB, or what the list needs")
    return octets


class Subscription(Section):
    """One list. With `auto` its format is told by what is in it, and what a line covers by the
    format's own convention.
    """

    name: Annotated[str, BeforeValidator(_name)]
    source: Annotated[Path | str, BeforeValidator(_source)]
    format: Annotated[str, BeforeValidator(_format)] = "auto"
    match: Literal["auto", "exact", "subtree"] = "auto"
    action: Literal["block", "allow"] = "block"
    state: SwitchState = "on"
    answer: Annotated[
        Literal["null-ip", "nxdomain", "nodata", "refused", "drop", "tcp-only"] | None,
        BeforeValidator(_answer),
    ] = None
    rewrites: Literal["auto", "on", "off"] = "auto"
    refresh: Annotated[Duration, AfterValidator(_not_too_often)] = 24 * SECONDS["h"]
    size: Annotated[Size, AfterValidator(_some)] = 64 * OCTETS["MiB"]
    _state: Path = PrivateAttr(default=Path("state"))

    @property
    def is_download(self) -> bool:
        """Whether it comes from elsewhere; its text is then a copy in the state folder."""
        return isinstance(self.source, str)

    @property
    def may_rewrite(self) -> bool:
        """Whether it may answer with records of its own, which say where names lead."""
        return self.rewrites == "on" or (self.rewrites == "auto" and not self.is_download)

    @property
    def file(self) -> Path:
        """Where its text lies."""
        return self.path(self._state)

    def path(self, state: Path) -> Path:
        """The same, for a state folder."""
        return state / COPIES / f"{self.name}.list" if self.is_download else Path(self.source)

    def anchored(self, folder: Path, state: Path) -> Self:
        """With a path that counts from `folder`, and the state folder in use."""
        source = self.source if isinstance(self.source, str) else folder / self.source.expanduser()
        anchored = self.model_copy(update={"source": source})
        anchored._state = state
        return anchored
