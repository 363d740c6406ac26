"""Both resolvers, forwarding to the same upstream, as alike as their settings make them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tests.differential.upstream import ADDRESSES, MAIN
from tests.support.blocker import blocker
from tests.support.ports import free_port
from tests.support.servers import Server, program

OURS: Final = "blocker"
THEIRS: Final = "Unbound"

# What ours has too: no more than the answer, at most a day, an hour for what is not there, the
# home's addresses for no public name. Not compared: validation, prefetching, stale answers.
UNBOUND: Final = """
server:
    interface: 127.0.0.1@{port}
    access-control: 127.0.0.0/8 allow
    do-daemonize: no
    do-ip6: no
    username: ""
    chroot: ""
    directory: "{folder}"
    pidfile: "{folder}/unbound.pid"
    use-syslog: no
    logfile: "{folder}/unbound.log"
    module-config: "iterator"
    num-threads: 1
    do-not-query-localhost: no
    qname-minimisation: no
    minimal-responses: yes
    rrset-roundrobin: no
    harden-below-nxdomain: no
    aggressive-nsec: no
    unwanted-reply-threshold: 0
    edns-buffer-size: 1232
    max-udp-size: 1232
    cache-max-ttl: 86400
    cache-max-negative-ttl: 3600
    deny-any: no
    ede: yes
    jostle-timeout: 5000
    local-data: "www.lab.example. 60 A 192.0.2.80"
{private}
remote-control:
    control-enable: no
{zones}
"""
FORWARD: Final = """
forward-zone:
    name: "{name}"
    forward-addr: {address}@{upstream}
"""
PRIVATE: Final = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10"),
)


@contextmanager
def both(folder: Path, upstream: int) -> Iterator[dict[str, int]]:
    """The port of each, by name."""
    ours, theirs = folder / "ours", folder / "theirs"
    ours.mkdir()
    theirs.mkdir()
    apart: list[str | Mapping[str, Any]] = [
        {"url": f"udp://{address}:{upstream}", "zones": [f"{script}.diff.example"]}
        for script, address in ADDRESSES.items()
    ]
    upstreams = [f"udp://{MAIN}:{upstream}", *apart]
    with _unbound(theirs, upstream) as port, blocker(ours, upstreams=upstreams) as server:
        yield {OURS: server.port, THEIRS: port}


@contextmanager
def _unbound(folder: Path, upstream: int) -> Iterator[int]:
    port = free_port()
    zones = FORWARD.format(name=".", address=MAIN, upstream=upstream) + "".join(
        FORWARD.format(name=f"{script}.diff.example.", address=address, upstream=upstream)
        for script, address in ADDRESSES.items()
    )
    private = "".join(f"    private-address: {network}\n" for network in PRIVATE)
    config = folder / "unbound.conf"
    config.write_text(UNBOUND.format(port=port, folder=folder, zones=zones, private=private))
    server = Server([program("unbound"), "-d", "-c", str(config)], port, folder / "out.log")
    server.start()
    try:
        yield port
    finally:
        server.kill()
