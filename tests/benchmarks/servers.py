"""The four servers, set up to do the same work: the same blocked names, one core, one upstream.

Each blocks a name and all below it with 0.0.0.0, caches, and forwards the rest without validating
DNSSEC; none logs queries. blocker runs as a user runs it too, which is with its query log; always
as a supervisor, a worker and the admin process.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from blocker import __version__
from tests.support.certificates import certificates, listeners

UPSTREAM_NAME = "lists.example"  # in its certificate
CACHE_ENTRIES = 1_000_000


@dataclass(frozen=True, slots=True)
class Site:
    """Where one server runs and whom it asks."""

    folder: Path
    port: int
    admin_port: int
    upstream_port: int
    upstream_tls_port: int
    names: Path  # to be blocked, one a line
    tls_port: int = 0
    https_port: int = 0

    def blocked(self) -> Iterator[str]:
        with self.names.open(encoding="ascii") as file:
            yield from map(str.rstrip, file)


@dataclass(frozen=True, slots=True)
class Server:
    name: str
    package: str  # the Debian package it comes from
    version: Callable[[], str]
    configure: Callable[[Site], list[str]]  # writes its files, returns its command


def unbound(site: Site) -> list[str]:
    zones = "\n".join(f'    local-zone: "{name}" always_null' for name in site.blocked())
    return unbound_with(site.folder, site.port, zones, forward(site))


def upstream(folder: Path, port: int, tls_port: int) -> list[str]:
    """Not a contestant: an Unbound that says 192.0.2.1 of every name, for a day; over TLS too."""
    every = """\
    local-zone: "." redirect
    local-data: ". 86400 IN A 192.0.2.1"
"""
    return unbound_with(folder, port, every + _tls_listener(tls_port))


def _tls_listener(port: int) -> str:
    return f"""\
    interface: 127.0.0.1@{port}
    tls-port: {port}
    tls-service-pem: "{certificates()}/server.pem"
    tls-service-key: "{certificates()}/server.key\""""


def forward(site: Site) -> str:
    """Unbound's clause for the upstream."""
    return f'forward-zone:\n    name: "."\n    forward-addr: 127.0.0.1@{site.upstream_port}'


def unbound_over_tls(site: Site) -> list[str]:
    zones = "\n".join(f'    local-zone: "{name}" always_null' for name in site.blocked())
    clause = f"""\
forward-zone:
    name: "."
    forward-tls-upstream: yes
    forward-addr: 127.0.0.1@{site.upstream_tls_port}#{UPSTREAM_NAME}"""
    trusted = f'    tls-cert-bundle: "{certificates()}/ca.pem"'
    return unbound_with(site.folder, site.port, f"{zones}\n{trusted}", clause)


def unbound_for_encrypted(site: Site) -> list[str]:
    zones = "\n".join(f'    local-zone: "{name}" always_null' for name in site.blocked())
    https = f"    interface: 127.0.0.1@{site.https_port}\n    https-port: {site.https_port}"
    listeners = f"{_tls_listener(site.tls_port)}\n{https}"
    return unbound_with(site.folder, site.port, f"{zones}\n{listeners}", forward(site))


def unbound_with(
    folder: Path,
    port: int,
    zones: str,
    clauses: str = "",
    *,
    modules: str = "iterator",
    control: str = "control-enable: no",
) -> list[str]:
    """An Unbound of one thread, without DNSSEC validation."""
    file = folder / "unbound.conf"
    file.write_text(f"""\
server:
    interface: 127.0.0.1@{port}
    do-ip6: no
    num-threads: 1
    so-rcvbuf: 4m
    so-sndbuf: 4m
    username: ""
    chroot: ""
    directory: "{folder}"
    pidfile: ""
    use-syslog: no
    verbosity: 0
    do-not-query-localhost: no
    module-config: "{modules}"
    msg-cache-size: 128m
    rrset-cache-size: 256m
    outgoing-range: 8192
    num-queries-per-thread: 4096
{zones}
remote-control:
    {control}
{clauses}
""")
    return [program("unbound"), "-d", "-c", str(file)]


def dnsmasq(site: Site, *, listed: bool = True) -> list[str]:
    file = site.folder / "dnsmasq.conf"
    names = site.blocked() if listed else ()
    zones = "\n".join(f"address=/{name}/0.0.0.0" for name in names)
    file.write_text(f"""\
port={site.port}
listen-address=127.0.0.1
bind-interfaces
no-resolv
no-hosts
no-poll
server=127.0.0.1#{site.upstream_port}
cache-size={CACHE_ENTRIES}
dns-forward-max=4096
{zones}
""")
    return [
        program("dnsmasq"),
        "--keep-in-foreground",
        "--user=",
        f"--conf-file={file}",
        "--pid-file=",
    ]


def dnsdist(site: Site, rule: str = "") -> list[str]:
    listed = f"""\
blocked = newSuffixMatchNode()
for name in io.lines("{site.names}") do blocked:add(newDNSName(name)) end
addAction(SuffixMatchNodeRule(blocked, true), SpoofAction("0.0.0.0"))
blocked = nil -- the rule has a copy
collectgarbage()
collectgarbage()"""
    file = site.folder / "dnsdist.conf"
    file.write_text(f"""\
setLocal("127.0.0.1:{site.port}")
setSecurityPollSuffix("")
newServer({{address="127.0.0.1:{site.upstream_port}", checkInterval=30, sockets=16}})
getPool(""):setCache(newPacketCache({CACHE_ENTRIES}))
{rule or listed}
""")
    return [program("dnsdist"), "--supervised", "--disable-syslog", "-C", str(file)]


def blocker(
    site: Site,
    *,
    subscribed: bool = True,
    format_: str = "domains",
    workers: int = 1,
    encrypted: Mapping[str, Any] | None = None,
    more: Mapping[str, Any] | None = None,
) -> list[str]:
    subscription = {
        "name": "benchmark",
        "source": str(site.names),
        "format": format_,
        "match": "subtree",
    }
    config = {
        "dns": {
            "listen": [f"127.0.0.1:{site.port}"],
            "workers": workers,
            "encrypted": encrypted,
        },
        "upstreams": [f"udp://127.0.0.1:{site.upstream_port}"],
        "subscriptions": [subscription] if subscribed else [],
        "admin": {"listen": f"127.0.0.1:{site.admin_port}"},
        "state": str(site.folder / "state"),
        **(more or {}),
    }
    file = site.folder / "blocker.yaml"
    file.write_text(json.dumps(config, indent=2))  # JSON is YAML
    return [sys.executable, "-m", "blocker", "serve", "-c", str(file)]


def blocker_over_tls(site: Site) -> list[str]:
    upstream_url = f"tls://127.0.0.1:{site.upstream_tls_port}#{UPSTREAM_NAME}"
    trusted = f"SSL_CERT_FILE={certificates()}/ca.pem"
    return ["env", trusted, *blocker(site, more={"upstreams": [upstream_url]})]


def blocker_for_encrypted(site: Site) -> list[str]:
    return blocker(site, encrypted=listeners(site.tls_port, site.https_port))


def program(name: str) -> str:
    path = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin")
    if path is None:
        raise FileNotFoundError(f"{name} is not installed")
    return path


def _version(*command: str) -> Callable[[], str]:
    def ask() -> str:
        output = subprocess.run([program(command[0]), *command[1:]], capture_output=True, text=True)
        found = re.search(r"\d+\.\d+(\.\d+)?", output.stdout + output.stderr)
        return found[0] if found else "unknown"

    return ask


def _own_version() -> str:
    return f"{__version__} on Python {sys.version.split()[0]}"


UNBOUND = Server("Unbound", "unbound", _version("unbound", "-V"), unbound)
BLOCKER = Server("blocker", "", _own_version, blocker)
DNSMASQ = Server("dnsmasq", "dnsmasq-base", _version("dnsmasq", "--version"), dnsmasq)
DNSDIST = Server("dnsdist", "dnsdist", _version("dnsdist", "--version"), dnsdist)

# As the peers are, which keep no log of queries.
UNLOGGED = replace(
    BLOCKER, name="blocker, no log", configure=partial(blocker, more={"query_log": "off"})
)

# Unbound first: every other is measured right after it, and against it.
ALL = (UNBOUND, BLOCKER, UNLOGGED, DNSMASQ, DNSDIST)

# Measured when the upstream is asked over TLS: dnsmasq cannot, and dnsdist keeps no cache of names.
OVER_TLS = (
    replace(UNBOUND, configure=unbound_over_tls),
    replace(BLOCKER, configure=blocker_over_tls),
)

# Measured when clients ask encrypted: the limit is Unbound's.
FOR_ENCRYPTED = (
    replace(UNBOUND, configure=unbound_for_encrypted),
    replace(BLOCKER, configure=blocker_for_encrypted),
)
