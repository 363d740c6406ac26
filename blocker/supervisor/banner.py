"""What `serve` says when it is up: where it listens, what it blocks, and how to try it."""

from collections.abc import Iterator, Sequence
from ipaddress import ip_network

from blocker.admin.plan import Plan
from blocker.sockets import Address

ALWAYS_MAY_ASK = "loopback, private, link-local and unique-local addresses"
SAMPLE = "data.mistat.xiaomi.com"


def banner(plan: Plan) -> str:
    return "\n".join(f"{label:<10} {text}" for label, text in _lines(plan)) + "\n"


def _lines(plan: Plan) -> Iterator[tuple[str, str]]:
    addresses = [Address(*address) for address in plan.listen]
    generation = plan.generation
    yield "listening", ", ".join(map(str, addresses)) + " (UDP and TCP)"
    if generation.encrypted is not None:
        yield "encrypted", _encrypted(plan, generation.encrypted["name"])
    yield "blocking", f"{plan.rules:,} rules of {plan.vendors} vendors"
    yield from _clients(generation.allow_from)
    yield "upstreams", ", ".join(upstream["url"] for upstream in generation.upstreams)
    yield "admin", f"{'https' if plan.tls else 'http'}://{Address(*plan.admin)}"
    yield "config", plan.config or "built-in defaults"
    yield "try", command_to_try(addresses[0])


def _clients(allowed: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield "clients", ", ".join([ALWAYS_MAY_ASK, *allowed]) + "; all others are refused"
    if everyone := [network for network in allowed if ip_network(network).prefixlen == 0]:
        yield (
            "WARNING",
            f"dns.allow_from has {' and '.join(everyone)}: an open resolver, which strangers will "
            "use to flood others; list the networks of your clients instead",
        )


def _encrypted(plan: Plan, name: str) -> str:
    kinds = (("DNS over TLS", plan.dot), ("DNS over HTTPS", plan.doh))
    served = [
        f"{', '.join(str(Address(*each)) for each in addresses)} ({kind})"
        for kind, addresses in kinds
        if addresses
    ]
    return f"{', '.join(served)} as {name or '(unknown)'}; `blocker private-dns` sets up phones"


def command_to_try(address: Address) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address.host, address.host)
    port = "" if address.port == 53 else f" -p {address.port}"
    return f"dig @{host}{port} {SAMPLE}"
