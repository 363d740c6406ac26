"""Names that may lead to addresses of the home: `dns.private_domains`, and those that always may.

Rule: protection against DNS rebinding must not take the home's own names away, so what the router
hands out as its domain needs no configuration.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from blocker.config.model import Config
from blocker.config.units import zone

RESOLV_CONF: Final = Path("/etc/resolv.conf")

# What routers call their own network and themselves.
ROUTERS: Final = (
    *("lan", "home", "home.arpa", "internal", "localdomain", "fritz.box", "speedport.ip"),
    *("tplinkwifi.net", "routerlogin.net", "router.asus.com", "asusrouter.com"),
)
# And who numbers a private network by design: Plex's certificates are for names that lead to the
# server at home, Tailscale's for its peers.
BUILT_IN: Final = (*ROUTERS, "plex.direct", "ts.net")


def homes_of(config: Config, search: Iterable[str]) -> list[str] | None:
    """The zones that may; None when every name may. `search` are the network's own domains."""
    if config.dns.rebinding_protection == "off":
        return None
    asked_for = (name for upstream in config.upstreams for name in upstream.zones)
    return sorted({*BUILT_IN, *search, *asked_for, *config.dns.private_domains})


def search_domains(file: Path = RESOLV_CONF) -> list[str]:
    """The domains of the network this machine is in, as it was told by the router."""
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    written = [
        word
        for line in lines
        if line.split()[:1] in (["search"], ["domain"])
        for word in line.split()[1:]
    ]
    return [name for each in written if (name := _zone_or_none(each)) is not None]


def _zone_or_none(written: str) -> str | None:
    """None for what is none, and for a top-level domain: that is not a router's alone."""
    try:
        name = zone(written)
    except ValueError:
        return None
    return name if "." in name else None
