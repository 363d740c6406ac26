"""A configuration for this machine, with comments; what it does not say stays as by default."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path

from blocker.config.homes import ROUTERS
from blocker.config.load import default_state
from blocker.config.upstreams import DEFAULT_UPSTREAMS
from blocker.setup.checks import Seen


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person said, or nothing."""

    max_breakage: str = "minor"
    log_clients: str = "full"
    upstreams: tuple[str, ...] = ()
    asks_router: bool = False  # for names of the home


def configuration(seen: Seen, answers: Answers, target: Path) -> str:
    """The text of the file that will be `target`."""
    return (
        "\n".join(
            [*_head(), *_state(target), *_dns(seen), *_upstreams(seen, answers), *_rest(answers)]
        )
        + "\n"
    )


def listening(seen: Seen) -> list[str]:
    """Everywhere, or, where another program has part of the port, on the home's addresses."""
    others = [each for each in seen.holders if not each.is_ours]
    found = []
    for version, wildcard in ((4, "0.0.0.0"), (6, "::")):
        if not any(each.meets(wildcard) for each in others):
            found.append(_endpoint(wildcard))
            continue
        own = [str(each.at.ip) for each in seen.serving if each.at.version == version]
        found += [_endpoint(ip) for ip in own if not any(each.meets(ip) for each in others)]
    return found


def _endpoint(host: str) -> str:
    return f"[{host}]:53" if ":" in host else f"{host}:53"


def _head() -> Iterator[str]:
    yield "# Written by `blocker setup`. Every key is optional; README.md has them all."
    yield "# After a change: blocker check, then reload the server (kill -HUP, systemctl reload)."


def _state(target: Path) -> Iterator[str]:
    folder = target.resolve().parent
    state = default_state(folder)
    yield "# Everything that it writes: changes, the query log, tokens, downloads."
    yield f"state: {state.relative_to(folder) if state.is_relative_to(folder) else state}"


def _dns(seen: Seen) -> Iterator[str]:
    yield "dns:"
    if listen := listening(seen):
        yield "  # Where it answers, over UDP and TCP. The router's DHCP names one of these."
        yield from _block("listen", listen)
    public = sorted({str(each.at.network) for each in seen.serving if each.at.is_global})
    if public:
        yield "  # Public addresses of this home. They change with the provider's prefix."
        yield from _block("allow_from", public)
    else:
        yield "  allow_from: []  # networks beyond private ones that may ask"


def _block(key: str, values: Sequence[str]) -> Iterator[str]:
    yield f"  {key}:"
    yield from (f'    - "{value}"' for value in values)


def _upstreams(seen: Seen, answers: Answers) -> Iterator[str]:
    router = seen.router.address if seen.router and answers.asks_router else ""
    if not answers.upstreams and not router:
        yield "# Names that are not blocked are asked of Quad9 and CZ.NIC, over TLS. To ask others:"
        yield '# upstreams: ["tls://192.0.2.53#its.name"]'
        return
    yield "# Who is asked about names that are not blocked."
    yield "upstreams:"
    for url in answers.upstreams or [each.url for each in DEFAULT_UPSTREAMS]:
        yield f'  - "{url}"'
    if router:
        yield "  # The router alone knows names of the home; add its domain if you gave it another."
        yield "  # Not for a router that asks blocker in turn: the questions would go round."
        yield f'  - url: "udp://{router}"'
        yield f"    zones: [{', '.join([*ROUTERS, *_reverse(seen, router)])}]"


def _reverse(seen: Seen, router: str) -> list[str]:
    """The zones of the home's addresses, where names of devices are looked up."""
    of_router = [each for each in seen.serving if ip_address(router) in each.at.network]
    interfaces = {each.interface for each in of_router}
    found = {
        zone
        for each in seen.serving
        if each.interface in interfaces and (zone := _reverse_zone(each.at.network))
    }
    return sorted(found)


def _reverse_zone(network: IPv4Network | IPv6Network) -> str:
    """That has the network in it, and nothing public; none where there is no such one."""
    bits = 8 if network.version == 4 else 4  # a label stands for so many
    labels = network.prefixlen // bits
    around = network.supernet(new_prefix=labels * bits)
    if not around.is_private:
        return ""
    return ".".join(around.network_address.reverse_pointer.split(".")[-labels - 2 :])


def _rest(answers: Answers) -> Iterator[str]:
    yield "blocking:"
    yield "  # none, minor or major: how much may stop working for privacy."
    yield f"  max_breakage: {answers.max_breakage}"
    yield "query_log:"
    yield "  # full, truncated, hashed or none: what is kept of who asked."
    yield f"  clients: {answers.log_clients}"
