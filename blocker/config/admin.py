"""`admin:` where the API, the metrics and the health checks are served, and how they are guarded.

Rule: what others can reach is encrypted, for a token that is read on the way does all its owner
may. Who wants it otherwise, as behind a proxy that encrypts, says so: `tokens_in_clear: on`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field

from blocker.certificate import read_certificate, server_context
from blocker.config.section import Section
from blocker.config.units import Endpoint, FilePath, ListenAddress, Zone, ip_address, not_truth
from blocker.errors import Problem
from blocker.yamlfile import Document

Switched = Annotated[Literal["on", "off"], BeforeValidator(not_truth)]


class Tls(Section):
    """PEM files; they are read again when they change."""

    certificate: FilePath
    key: FilePath


class Metrics(Section):
    """What is measured beyond the sums; `devices: on` tells everyone who reads it who is here."""

    devices: Switched = "off"


class Admin(Section):
    """The API, the metrics and the health checks."""

    listen: ListenAddress = Endpoint("127.0.0.1", 8053)
    tls: Tls | None = None
    tokens_in_clear: Switched = "off"
    # Names by which browsers may call it, beside addresses, localhost and this machine's name.
    hosts: Annotated[tuple[Zone, ...], Field(max_length=64)] = ()
    metrics: Metrics = Metrics()

    @property
    def is_local(self) -> bool:
        address = ip_address(self.listen.host)
        return address is not None and address.is_loopback

    def anchored(self, folder: Path) -> Self:
        """Relative paths count from the folder of the file."""
        if self.tls is None:
            return self
        places = {name: folder / path.expanduser() for name, path in self.tls}
        return self.model_copy(update={"tls": self.tls.model_copy(update=places)})


def admin_faults(admin: Admin, document: Document) -> Iterator[Problem]:
    """What a model cannot see: the files that are named, and what is missing."""
    if admin.tls is None:
        if not admin.is_local and admin.tokens_in_clear == "off":
            yield document.problem(
                ("admin", "listen"),
                f"{admin.listen} can be reached by others, and tokens would pass in clear text",
                "add tls: {certificate: FILE, key: FILE}, listen on 127.0.0.1, "
                "or, where something else encrypts, write tokens_in_clear: on",
            )
        return
    for name, path in admin.tls:
        if not path.is_file():
            yield document.problem(
                ("admin", "tls", name),
                f"no file {path}",
                "relative paths count from the folder of this file",
            )
    if admin.tls.certificate.is_file() and admin.tls.key.is_file():
        try:
            read_certificate(server_context(()), *dict(admin.tls).values())
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            yield document.problem(
                ("admin", "tls"),
                f"certificate and key cannot be used: {error}",
                "write PEM files that belong together, without a passphrase, "
                "readable for the server's user",
            )
