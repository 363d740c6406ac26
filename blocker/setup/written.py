"""A configuration for this machine, with comments; what it does not say stays as by default."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from blocker.config.load import default_state
from blocker.setup.checks import Seen


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person said, or nothing."""

    max_breakage: str = "minor"
    log_clients: str = "full"
    upstreams: tuple[str, ...] = ()


def configuration(seen: Seen, answers: Answers, target: Path) -> str:
    """The text of the file that will be `target`."""
    return "\n".join([*_head(), *_state(target), *_dns(seen), *_rest(answers)]) + "\n"


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


def _rest(answers: Answers) -> Iterator[str]:
    if answers.upstreams:
        yield "# Who is asked about names that are not blocked."
        yield "upstreams:"
        yield from (f'  - "{url}"' for url in answers.upstreams)
    else:
        yield "# Names that are not blocked are asked of Quad9 and CZ.NIC, over TLS. To ask others:"
        yield '# upstreams: ["tls://192.0.2.53#its.name"]'
    yield "blocking:"
    yield "  # none, minor or major: how much may stop working for privacy."
    yield f"  max_breakage: {answers.max_breakage}"
    yield "query_log:"
    yield "  # full, truncated, hashed or none: what is kept of who asked."
    yield f"  clients: {answers.log_clients}"
