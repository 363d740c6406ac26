"""`private-dns`: what a phone has to be told to ask us encrypted."""

from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from blocker.admin.api.endpoint import Backend, Body, Endpoint
from blocker.admin.problem_details import Refusal
from blocker.asked.spelling import fits, shown
from blocker.certificate import looked_into
from blocker.config.client import ID_PATTERN
from blocker.link import Encrypted
from blocker.privatedns import PrivateDns, Protocol, client_id

_ID: Final = ID_PATTERN.replace("id:", "(id:)?")
_ID_IN_WORDS: Final = (
    "an id has 1 to 63 letters of a to z, digits and dashes, with no dash at either end"
)


class PrivateDnsAsked(Body):
    id: Annotated[str, Field(max_length=66), fits(_ID, _ID_IN_WORDS), shown(_ID)] | None = Field(
        default=None,
        description="As whom the device asks: chooses its group.",
        examples=["anna-phone"],
    )
    protocol: Protocol | None = Field(
        default=None, description="Of Apple's profile; without it HTTPS if that is served."
    )


class PrivateDnsShown(Body):
    name: str = Field(description="What the certificate is for.")
    android: str = Field(description="The private DNS provider; empty: not on port 853.")
    url: str = Field(description="For browsers; empty: DNS over HTTPS is not served.")
    profile: str = Field(description="For Apple's devices, a .mobileconfig; empty: none can be.")


async def _private_dns(backend: Backend, asked: PrivateDnsAsked) -> PrivateDnsShown:
    started, current = backend.generations.started_with, backend.generations.current
    if current.encrypted is None or not (started.dot or started.doh):
        raise Refusal(
            HTTPStatus.NOT_FOUND, "nothing is served encrypted; set dns.encrypted, and restart"
        )
    if not (name := current.encrypted["name"] or _name(current.encrypted)):
        raise Refusal(
            HTTPStatus.NOT_FOUND, "the name is not known while the certificate cannot be used"
        )
    offered = PrivateDns(
        name,
        tuple(port for _, port in started.dot),
        tuple(port for _, port in started.doh),
    )
    try:
        who = client_id(asked.id) if asked.id else ""
        protocol = asked.protocol or next(iter(offered.protocols), None)
        profile = offered.profile(protocol, who) if protocol else b""
    except ValueError as error:
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
    return PrivateDnsShown(
        name=offered.name,
        android=offered.android(who),
        url=offered.url(who),
        profile=profile.decode(),
    )


def _name(given: Encrypted) -> str:
    """Of a certificate that could not be read when the configuration was."""
    try:
        shown = looked_into(Path(given["certificate"]), Path(given["key"]), whenever=True)
    except (OSError, ValueError):
        return ""
    return next(iter(shown.own_names), "")


ENDPOINTS = (
    Endpoint(
        "GET", "private-dns", "read", "What a phone has to be told to ask encrypted",
        PrivateDnsAsked, PrivateDnsShown, _private_dns,
        (HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY),
    ),
)  # fmt: skip
