"""What phones and computers have to be told to ask us over TLS or HTTPS.

Apple's devices take a configuration profile (DNSSettings of Apple's Device Management
documentation), Android a name. Rule: the same settings make the same profile, so that a newer one
replaces the one before.
"""

import plistlib
import re
from dataclasses import dataclass
from typing import Final, Literal
from uuid import NAMESPACE_DNS, uuid5

Protocol = Literal["tls", "https"]

MEDIA_TYPE: Final = "application/x-apple-aspen-config"
DOT_PORT: Final = 853  # the only one that Android and Apple's DNS over TLS know
HTTPS_PORT: Final = 443

_ID: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")


@dataclass(frozen=True, slots=True)
class PrivateDns:
    """Where we answer encrypted: a name, and the ports over TLS and over HTTPS."""

    name: str
    tls: tuple[int, ...] = ()
    https: tuple[int, ...] = ()

    @property
    def protocols(self) -> tuple[Protocol, ...]:
        """What a phone can use, the better first: DNS over HTTPS passes more networks."""
        found: list[Protocol] = []
        if self.https:
            found.append("https")
        if DOT_PORT in self.tls:
            found.append("tls")
        return tuple(found)

    def android(self, client_id: str = "") -> str:
        """For "Private DNS provider hostname"; empty when no port of ours is the one it knows."""
        if DOT_PORT not in self.tls:
            return ""
        return f"{client_id}.{self.name}" if client_id else self.name

    def url(self, client_id: str = "") -> str:
        """For browsers; empty without DNS over HTTPS."""
        if not self.https:
            return ""
        port = HTTPS_PORT if HTTPS_PORT in self.https else self.https[0]
        host = self.name if port == HTTPS_PORT else f"{self.name}:{port}"
        return f"https://{host}/dns-query" + (f"/{client_id}" if client_id else "")

    def profile(self, protocol: Protocol, client_id: str = "") -> bytes:
        """A .mobileconfig. ValueError for a protocol that is not among `protocols`."""
        if protocol not in self.protocols:
            raise ValueError(self._not_offered(protocol))
        if protocol == "https":
            settings = {"DNSProtocol": "HTTPS", "ServerURL": self.url(client_id)}
        else:
            settings = {"DNSProtocol": "TLS", "ServerName": self.android(client_id)}
        said = f"{protocol}:{self.name}:{client_id}"
        identifier = f"blocker.{self.name}.{protocol}" + (f".{client_id}" if client_id else "")
        shown = f"{self.name} ({client_id})" if client_id else self.name
        payload = {
            "PayloadType": "com.apple.dnsSettings.managed",
            "PayloadIdentifier": f"{identifier}.settings",
            "PayloadUUID": str(uuid5(NAMESPACE_DNS, f"settings:{said}")).upper(),
            "PayloadVersion": 1,
            "PayloadDisplayName": f"DNS: {shown}",
            "DNSSettings": settings,
        }
        profile = {
            "PayloadType": "Configuration",
            "PayloadIdentifier": identifier,
            "PayloadUUID": str(uuid5(NAMESPACE_DNS, f"profile:{said}")).upper(),
            "PayloadVersion": 1,
            "PayloadDisplayName": f"Encrypted DNS: {shown}",
            "PayloadDescription": f"Asks {self.name} for names, encrypted, on every network.",
            "PayloadContent": [payload],
        }
        return plistlib.dumps(profile)

    def _not_offered(self, protocol: str) -> str:
        if protocol == "tls" and self.tls:
            return (
                f"DNS over TLS is served on port {self.tls[0]}, and phones know {DOT_PORT} alone; "
                f"add an address with {DOT_PORT} under dns.encrypted.tls"
            )
        known = " or ".join(self.protocols) or "none"
        return f"DNS over {protocol.upper()} is not served; what phones can use here: {known}"


def client_id(written: str) -> str:
    """As a device is to call itself, also written `id:anna-phone`; ValueError if it cannot."""
    found = written.removeprefix("id:").lower()
    if not _ID.match(found):
        message = (
            f"{written} is not the id of a client; write letters, digits and dashes, at most 63, "
            "like anna-phone"
        )
        raise ValueError(message)
    return found
