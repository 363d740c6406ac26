"""Exports: of rules written in a test, of the shipped lists, and as a real program answers by them.

with dnsmasq(tmp_path, document.text) as resolver:
    resolver.blocks("data.mistat.xiaomi.com")
"""

import os
import pwd
import shutil
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dnslib import DNSRecord

from blocker.core.names import from_text, to_text
from blocker.core.policy import Policy, Rule
from blocker.core.sinkhole import Sinkhole
from blocker.export.selection import Filters, Selection
from blocker.inputs import Inputs, read_inputs
from tests.support.packets import A, query
from tests.support.ports import free_port
from tests.support.rules import entry, keep, policy, rule
from tests.support.servers import Server
from tests.support.steps import ADDRESS
from tests.support.upstream import ScriptedUpstream

PASSED = ".".join(map(str, ADDRESS))
NXDOMAIN = 3

DNSMASQ = """
port={port}
listen-address=127.0.0.1
bind-interfaces
no-resolv
no-hosts
user={user}
pid-file={folder}/dnsmasq.pid
server=127.0.0.1#{upstream}
conf-file={export}
"""

UNBOUND = """
server:
    interface: 127.0.0.1@{port}
    do-daemonize: no
    username: ""
    chroot: ""
    directory: "{folder}"
    pidfile: "{folder}/unbound.pid"
    use-syslog: no
    module-config: "iterator"
    do-not-query-localhost: no
forward-zone:
    name: "."
    forward-addr: 127.0.0.1@{upstream}
remote-control:
    control-enable: no
include: "{export}"
"""

NAMED = """
options {{
    directory "{folder}";
    listen-on port {port} {{ 127.0.0.1; }};
    listen-on-v6 {{ none; }};
    pid-file "{folder}/named.pid";
    session-keyfile "{folder}/session.key";
    managed-keys-directory "{folder}";
    recursion yes;
    forward only;
    forwarders {{ 127.0.0.1 port {upstream}; }};
    dnssec-validation no;
    empty-zones-enable no;
    response-policy {{ zone "telemetry.rpz"; }} qname-wait-recurse no;
}};
controls {{ }};
zone "telemetry.rpz" {{ type primary; file "{export}"; notify no; }};
"""


class Resolver(Server):
    """A real program that answers by an export and asks `upstream` about the rest."""

    upstream: ScriptedUpstream

    def ask(self, name: str, qtype: int = A) -> DNSRecord:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(5)
            sock.connect(("127.0.0.1", self.port))
            sock.send(query(name, qtype))
            return DNSRecord.parse(sock.recv(4096))

    def blocks(self, name: str) -> bool:
        """Whether it does not say what the upstream says; any answer but the two is an error."""
        reply = self.ask(name)
        said = [str(record.rdata) for record in reply.rr]
        assert said in ([PASSED], ["0.0.0.0"], []), f"{name}: {said}"
        assert reply.header.rcode in (0, NXDOMAIN), f"{name}: {reply.header.rcode}"
        return said != [PASSED]


@contextmanager
def dnsmasq(folder: Path, text: str) -> Iterator[Resolver]:
    yield from _resolver(["dnsmasq", "-k", "-C"], DNSMASQ, folder, text)


@contextmanager
def unbound(folder: Path, text: str) -> Iterator[Resolver]:
    yield from _resolver(["unbound", "-d", "-c"], UNBOUND, folder, text)


@contextmanager
def named(folder: Path, text: str) -> Iterator[Resolver]:
    yield from _resolver(["named", "-g", "-n", "1", "-c"], NAMED, folder, text)


def _resolver(command: list[str], config: str, folder: Path, text: str) -> Iterator[Resolver]:
    program = shutil.which(command[0], path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    assert program is not None, f"install {command[0]}; the tests ask the real one"
    folder.mkdir(parents=True, exist_ok=True)
    export, file, port = folder / "export", folder / "conf", free_port()
    export.write_text(text, encoding="ascii")
    with ScriptedUpstream() as upstream:
        fields = {"port": port, "upstream": upstream.port, "folder": folder, "export": export}
        file.write_text(config.format(user=pwd.getpwuid(os.getuid()).pw_name, **fields))
        server = Resolver([program, *command[1:], str(file)], port, folder / "log")
        server.upstream = upstream
        server.start()
        try:
            yield server
        finally:
            server.kill()


def selection(*rules: Rule, filters: Filters | None = None, **options: Any) -> Selection:
    """What is exported of rules as tests.support.rules makes them."""
    return Selection(policy(*rules, **options), rules, filters or Filters())


NULL = Sinkhole()
TANGLED = (
    entry("example.com"),
    keep("b.a.example.com"),
    rule("x.c.b.a.example.com"),
    rule("=x.c.b.a.example.com", "allow"),
    keep("=lone.example.com"),
    keep("=both.example.com"),
    entry("both.example.com"),
    entry("=top.example.org"),
    entry("ads.top.example.org"),
    entry("a.*.example.net"),
    entry("log[0-9]*.example.net"),
    entry("function.example.net", "account", breakage="major"),
)


def shipped(folder: Path, config: str = "") -> Inputs:
    """The lists that come with the program, under a configuration of the test's own."""
    file = folder / "blocker.yaml"
    file.write_text(config, encoding="utf-8")
    return read_inputs(file)


def questions(rules: Iterable[Rule]) -> list[str]:
    """Of every rule its name or a member of its family, names below it and the name above it."""
    names = {"www.example.com", "unlisted.example.net"}
    for each in rules:
        at = to_text(each.name)
        if each.match == "pattern":
            own = each.text.removesuffix(at).replace("*", "q7")
            while "[" in own:
                start, end = own.index("["), own.index("]")
                own = own[:start] + own[start + 1] + own[end + 1 :]
            at = own + at
        above = at.partition(".")[2]
        names |= {at, f"x7.{at}", f"y8.z9.{at}", above, f"v7.{above}"} - {""}
    return sorted(names)


def disagreements(
    decides: Policy, verdicts: Iterable[tuple[str, bool]]
) -> tuple[list[str], list[str]]:
    """What is blocked and should not be; what is not and should, families left aside."""
    too_much, too_little = [], []
    for name, blocked in verdicts:
        verdict = decides.match(from_text(name))
        if verdict is None or verdict.action != "block":
            too_much += [name] * blocked
        elif verdict.rule.match != "pattern":
            too_little += [name] * (not blocked)
    return too_much, too_little
