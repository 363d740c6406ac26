"""A sample of every file of cases: a real server, its upstream and its clients, on loopback."""

import json
import socket
from collections.abc import Iterator

import pytest
from dnslib import QTYPE, RCODE, DNSRecord

from tests.conformance.serving import SECONDS, framed
from tests.support.blocker import Blocker, blocker
from tests.support.packets import query
from tests.support.upstream import ScriptedUpstream

LISTS = {
    "adguard": "||example.org^\n@@||test.example.org^\n||block.example^$client=127.0.0.20\n"
    "||types.example^$dnstype=AAAA\n127.0.0.255\n192.0.2.9 rewritten.example",
    "rpz": "$TTL 60\n@ SOA ns host 1 7200 900 1209600 86400\na.rpz CNAME .\n*.a.rpz TXT wild\n"
    "b.a.rpz CNAME *.\nc.a.rpz CNAME rpz-passthru.\ndrop.rpz CNAME rpz-drop.\n"
    "tcp.rpz CNAME rpz-tcp-only.\n8.0.0.0.10.rpz-ip CNAME .\n"
    "32.21.0.0.127.rpz-client-ip CNAME .",
    "unbound": 'local-zone: "static.zone" static\nlocal-data: "www.static.zone A 192.0.2.5"\n'
    'local-zone: "alias.zone" redirect\nlocal-data: "alias.zone CNAME target.example."',
    "wildcard": r"*.example.com" + "\n" + r"/^apple\.(de|com)$/",
}
SETTINGS = """\
rules: {block: ['/regex[0-9].ftl/', =denied.ftl], allow: [=regex1.ftl]}
records: {nas.lan: 192.168.1.5, "*.dev.example": nas.lan}
"""
ANSWERED = "192.0.2.80"  # by the scripted upstream


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blocker]:
    folder = tmp_path_factory.mktemp("wire")
    subscriptions = [{"name": name, "source": str(folder / name)} for name in LISTS]
    for name, text in LISTS.items():
        (folder / name).write_text(text + "\n")
    with ScriptedUpstream() as upstream:
        upstream.on("badhost.example", "alias:www.example.org")
        upstream.on("led.example", "address:127.0.0.255")
        upstream.on("inside.example", "address:10.1.2.3")
        extra = f"subscriptions: {json.dumps(subscriptions)}\n{SETTINGS}"
        with blocker(folder, upstreams=[upstream.url], extra=extra) as running:
            running.wait_until_ready()
            yield running


def asked(server: Blocker, question: str, client: str, transport: str) -> str:
    """The response code if it tells anything, the flags AA and TC, and the data."""
    name, qtype = question.split()
    packet = query(name, getattr(QTYPE, qtype))
    octets = (
        over_tcp(server, packet) if transport == "tcp" else over_udp(server, packet, client=client)
    )
    message = DNSRecord.parse(octets)
    said = [RCODE[message.header.rcode]] if message.header.rcode else []
    said += [flag.upper() for flag in ("aa", "tc") if getattr(message.header, flag)]
    return " ".join([*said, *(str(record.rdata) for record in message.rr)])


def over_udp(server: Blocker, *packets: bytes, client: str) -> bytes:
    with server.client_at(client, SECONDS) as sock:
        for packet in packets:
            sock.send(packet)
        return sock.recv(4096)


def over_tcp(server: Blocker, *packets: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), SECONDS) as sock:
        sock.sendall(b"".join(map(framed, packets)))
        size = int.from_bytes(sock.recv(2, socket.MSG_WAITALL), "big")
        return sock.recv(size, socket.MSG_WAITALL)


@pytest.mark.parametrize(
    "question, expected",
    [
        ("www.example.org A", "0.0.0.0"),
        ("www.example.org AAAA", "::"),
        ("a.test.example.org A", ANSWERED),
        ("badhost.example A", "0.0.0.0"),
        ("led.example A", "0.0.0.0"),
        ("types.example AAAA", "::"),
        ("types.example A", ANSWERED),
        ("block.example A", ANSWERED),
        ("rewritten.example A", "AA 192.0.2.9"),
        ("a.rpz TXT", "NXDOMAIN AA"),
        ("x.a.rpz TXT", 'AA "wild"'),
        ("b.a.rpz TXT", "AA"),
        ("x.b.a.rpz A", ANSWERED),
        ("c.a.rpz A", ANSWERED),
        ("tcp.rpz A", "AA TC"),
        ("inside.example A", "NXDOMAIN"),
        ("other.static.zone A", "NXDOMAIN AA"),
        ("www.static.zone A", "AA 192.0.2.5"),
        ("x.alias.zone A", f"AA target.example. {ANSWERED}"),
        ("example.com A", "0.0.0.0"),
        ("apple.de A", "0.0.0.0"),
        ("apple.it A", ANSWERED),
        ("regex5.ftl A", "0.0.0.0"),
        ("regex1.ftl A", ANSWERED),
        ("denied.ftl A", "0.0.0.0"),
        ("nas.lan A", "AA 192.168.1.5"),
        ("www.dev.example A", "AA nas.lan. 192.168.1.5"),
        ("use-application-dns.net A", "NXDOMAIN AA"),
        ("1.0.0.127.in-addr.arpa PTR", "AA localhost."),
    ],
)
@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_question(server: Blocker, question: str, expected: str, transport: str) -> None:
    if transport == "tcp" and question.startswith("tcp."):
        expected = ANSWERED
    for _ in range(2):
        assert asked(server, question, "127.0.0.1", transport) == expected


def test_what_is_dropped_gets_no_reply(server: Blocker) -> None:
    """The next reply is to the question that was asked after it."""
    packets = query("drop.rpz", packet_id=1), query("a.rpz", packet_id=2)
    for _ in range(2):
        assert over_udp(server, *packets, client="127.0.0.1")[:2] == b"\0\2"
        assert over_tcp(server, *packets)[:2] == b"\0\2"


@pytest.mark.parametrize(
    "client, question, expected",
    [
        ("127.0.0.20", "block.example A", "0.0.0.0"),
        ("127.0.0.20", "other.example A", ANSWERED),
        ("127.0.0.21", "other.example A", "NXDOMAIN AA"),
    ],
)
def test_client(server: Blocker, client: str, question: str, expected: str) -> None:
    for _ in range(2):
        assert asked(server, question, client, "udp") == expected
