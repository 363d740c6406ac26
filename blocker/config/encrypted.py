"""`dns.encrypted:` where clients are answered over TLS and HTTPS, and with which certificate.

Rule: what clients would not take is an error here, and not a riddle on a phone. What its files are
at the moment is told apart from what is written: a server starts without them.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator

from blocker.certificate import Named, looked_into
from blocker.config.section import Section, unique
from blocker.config.units import Endpoint, FilePath, ListenAddress, Zone
from blocker.errors import Problem
from blocker.yamlfile import Document

_Addresses = Annotated[tuple[ListenAddress, ...], AfterValidator(unique(str, "the address"))]

_PLACE = ("dns", "encrypted")


class Encrypted(Section):
    """PEM files, read again when they change; DNS over TLS, and over HTTPS at /dns-query."""

    certificate: FilePath
    key: FilePath
    name: Zone | None = None  # None: the first in the certificate
    tls: _Addresses = (Endpoint("0.0.0.0", 853), Endpoint("::", 853))
    https: _Addresses = (Endpoint("0.0.0.0", 443), Endpoint("::", 443))

    def anchored(self, folder: Path) -> Self:
        """Relative paths count from the folder of the file."""
        places = {
            each: folder / getattr(self, each).expanduser() for each in ("certificate", "key")
        }
        return self.model_copy(update=places)

    def named(self) -> str:
        """What clients are told to verify; empty while the files cannot be read."""
        if self.name is not None:
            return self.name
        shown = self.shown()
        return next(iter(shown.own_names), "") if shown else ""

    def shown(self) -> Named | None:
        """What is in the certificate, be it in force or not; None while that cannot be known."""
        try:
            return looked_into(self.certificate, self.key, whenever=True)
        except (OSError, ValueError):  # ssl.SSLError is an OSError
            return None


def encrypted_faults(
    encrypted: Encrypted, others: Sequence[tuple[str, Endpoint]], document: Document
) -> Iterator[Problem]:
    """What a model cannot see: who else listens there (a key, and an address), and other names."""
    yield from _taken(encrypted, others, document)
    if (shown := encrypted.shown()) is not None:
        yield from _misnamed(encrypted, shown, document)


def certificate_faults(encrypted: Encrypted, document: Document) -> Iterator[Problem]:
    """What is wrong with the files now. It may be right when they are renewed, or the clock is."""
    missing = False
    for key in ("certificate", "key"):
        path: Path = getattr(encrypted, key)
        if not _may_be_there(path):
            missing = True
            yield document.problem(
                (*_PLACE, key),
                f"no file {path}",
                "relative paths count from the folder of this file",
            )
    if missing:
        return
    try:
        looked_into(encrypted.certificate, encrypted.key)
    except PermissionError:
        return  # whoever asks need not be the server's user, who is tried when it starts
    except (OSError, ValueError) as error:
        yield document.problem(
            _PLACE,
            f"certificate and key cannot be used: {error}",
            "write PEM files that belong together, in force now, without a passphrase, "
            "readable for the server's user",
        )


def _may_be_there(path: Path) -> bool:
    try:
        return path.is_file()
    except PermissionError:  # not for us to know
        return True


def _taken(
    encrypted: Encrypted, others: Sequence[tuple[str, Endpoint]], document: Document
) -> Iterator[Problem]:
    if not encrypted.tls and not encrypted.https:
        yield document.problem(
            _PLACE, "tls and https are both empty", "write an address, or remove encrypted:"
        )
    known = list(others)
    for key in ("tls", "https"):
        for index, address in enumerate(getattr(encrypted, key)):
            for what, other in known:
                if address == other:
                    yield document.problem(
                        (*_PLACE, key, index), f"{address} is in {what} too", "choose another port"
                    )
        known += [(f"dns.encrypted.{key}", each) for each in getattr(encrypted, key)]


def _misnamed(encrypted: Encrypted, shown: Named, document: Document) -> Iterator[Problem]:
    names = shown.own_names
    if encrypted.name is None and not names:
        yield document.problem(
            (*_PLACE, "certificate"),
            "the certificate names no domain, so clients have nothing to verify",
            "have one made with a subjectAltName, such as DNS:dns.home.example",
        )
    elif encrypted.name is not None and not shown.is_for(encrypted.name):
        known = ", ".join(shown.names) or "no name"
        yield document.problem(
            (*_PLACE, "name"),
            f"the certificate is not for {encrypted.name} but for {known}",
            f"write {names[0]}" if names else "have one made for it",
        )
