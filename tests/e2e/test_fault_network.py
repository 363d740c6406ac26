"""The network comes late, and strangers ask: in a network of the test's own, real addresses."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.blocker import BLOCKED, Blocker, blocker
from tests.support.certificates import NAME, certificates, listeners
from tests.support.network import (
    HOME_IPV4,
    HOME_IPV6,
    Phone,
    answer_neighbours,
    dnsmasq,
    in_own_network,
    ip,
)
from tests.support.packets import SERVFAIL, extended_errors, opt, query, read

KNOWN = "198.51.100.8"  # what the resolver out there says of every name
RESOLVER = "10.99.0.53"
PORT = 5353
# A home's own network may have public addresses; these are kept for documentation.
PUBLIC_IPV4, PUBLIC_IPV6 = "203.0.113.1", "2001:db8:7::1"
EDE_NETWORK_ERROR = 23
LIMIT = 100  # questions a minute


def dig(phone: Phone, asked: str, name: str, *how: str) -> str:
    """Status and addresses."""
    options = " ".join(["+tries=1", "+time=2", "+noall", "+comments", "+answer", *how])
    said = phone.run(f"dig {options} @{asked} {name}")
    status = said.partition("status: ")[2].partition(",")[0]
    found = [line.split()[-1] for line in said.splitlines() if line and not line.startswith(";")]
    return " ".join([status, *found])


@contextmanager
def cable_and_resolver() -> Iterator[Phone]:
    """A phone; it is also the one that has the resolver out there."""
    with Phone("02:00:5e:10:00:01") as phone:
        phone.move_to(f"{RESOLVER}/24", "fd99::53/64")
        answer_neighbours(phone)
        with dnsmasq(phone, KNOWN):
            yield phone


@in_own_network
def _without_network(tmp_path: Path) -> None:
    upstreams, addresses = [f"udp://{RESOLVER}"], [HOME_IPV4, f"[{HOME_IPV6}]"]
    with blocker(tmp_path, upstreams=upstreams, also=addresses) as server:
        log = server.log.read_text()
        assert f"does not have the address {HOME_IPV4} of dns.listen yet" in log
        assert server.address(BLOCKED) == "0.0.0.0"
        began = time.monotonic()
        assert error_of(server, "before.example") == (SERVFAIL, EDE_NETWORK_ERROR)
        assert time.monotonic() - began < 5
        with cable_and_resolver() as phone:
            plugged = time.monotonic()
            server.wait_until(lambda: server.address("www.example.org") == KNOWN)
            assert time.monotonic() - plugged < 5
            for host in (HOME_IPV4, HOME_IPV6):
                for how in ("+notcp", "+tcp"):
                    assert dig(phone, f"{host} -p {server.port}", BLOCKED, how) == "NOERROR 0.0.0.0"
                    assert (
                        dig(phone, f"{host} -p {server.port}", "www.example.org", how)
                        == f"NOERROR {KNOWN}"
                    )


def error_of(server: Blocker, name: str) -> tuple[int, int]:
    """The rcode, and the extended error's code."""
    with server.client(seconds=6) as sock:
        sock.send(query(name, edns=opt()))
        reply = read(sock.recv(4096))
    ((code, _),) = extended_errors(reply)
    return reply.header.rcode, code


@in_own_network
def _with_strangers(tmp_path: Path) -> None:
    listed = {"allow_from": ["203.0.113.64/26"]}
    with (
        cable_and_resolver() as phone,
        blocker(tmp_path, upstreams=[f"udp://{RESOLVER}"], everywhere=PORT, dns=listed) as server,
    ):
        ip(f"addr add {PUBLIC_IPV4}/24 dev home")
        ip(f"addr add {PUBLIC_IPV6}/64 dev home nodad")
        said = server.log.read_text()
        assert "203.0.113.64/26; all others are refused" in said
        phone.run("ip addr add 203.0.113.7/24 dev phone")
        phone.run("ip addr add 203.0.113.70/24 dev phone")
        phone.run("ip addr add 2001:db8:7::7/64 dev phone nodad")
        for host, client, answered in (
            (PUBLIC_IPV4, "203.0.113.7", False),
            (PUBLIC_IPV4, "203.0.113.70", True),
            (PUBLIC_IPV6, "2001:db8:7::7", False),
            (HOME_IPV4, "203.0.113.7", False),  # who asks counts, not where
            (HOME_IPV4, RESOLVER, True),
            (HOME_IPV6, "fd99::53", True),
        ):
            for how in ("+notcp", "+tcp"):
                for name, address in ((BLOCKED, "0.0.0.0"), ("www.example.org", KNOWN)):
                    expected = f"NOERROR {address}" if answered else "REFUSED"
                    assert dig(phone, f"{host} -p {PORT} -b {client}", name, how) == expected


@in_own_network
def _with_an_id_from_afar(tmp_path: Path) -> None:
    tls, https = 8853, 8443
    papers = {**listeners(tls, https), "tls": [f"0.0.0.0:{tls}"], "https": [f"0.0.0.0:{https}"]}
    group = "groups: [{name: anna, clients: ['id:anna-phone'], blocking: {answer: nxdomain}}]\n"
    with (
        cable_and_resolver() as phone,
        blocker(
            tmp_path,
            upstreams=[f"udp://{RESOLVER}"],
            everywhere=PORT,
            dns={"encrypted": papers},
            extra=group,
        ) as server,
    ):
        ip(f"addr add {PUBLIC_IPV4}/24 dev home")
        phone.run("ip addr add 203.0.113.7/24 dev phone")
        trust = f"+tls-ca={certificates() / 'ca.pem'} +tls-host={NAME} +retry=0 -b 203.0.113.7"
        for who, way, port in (
            ("", "+tls", tls),
            ("", "+https", https),
            ("bob", f"+tls +tls-sni=bob.{NAME}", tls),
            ("bob", "+https=/dns-query/bob", https),
            ("anna", f"+tls +tls-sni=anna-phone.{NAME}", tls),
            ("anna", "+https=/dns-query/anna-phone", https),
        ):
            for name, status in (("www.example.org", "NOERROR"), (BLOCKED, "NXDOMAIN")):
                said = phone.run(f"kdig @{PUBLIC_IPV4} -p {port} {way} {trust} {name}")
                expected = status if who == "anna" else "REFUSED"
                assert f"status: {expected}" in said, (way, said)
        assert dig(phone, f"{PUBLIC_IPV4} -p {PORT} -b 203.0.113.7", BLOCKED) == "REFUSED"
        assert server.address() == "0.0.0.0"


@in_own_network
def _with_a_limit(tmp_path: Path) -> None:
    router, greedy, modest = "10.99.0.254", ("10.99.0.5", "fd99::5"), ("10.99.0.6", "fd99::6")
    with (
        cable_and_resolver() as phone,
        blocker(
            tmp_path,
            upstreams=[f"udp://{RESOLVER}"],
            everywhere=PORT,
            dns={"rate_limit": LIMIT},
        ) as server,
    ):
        for client in (router, *greedy, *modest):
            phone.run(f"ip addr add {client}/24 dev phone" + " nodad" * (":" in client))
        ip(f"route add default via {router}")
        server.wait_until_ready()
        for client in (router, *greedy):
            ask_many(phone, tmp_path, client, LIMIT + 50)
        for client in greedy:
            server.wait_until(lambda client=client: asked_by(phone, client) == "REFUSED")
            assert f"{client} asked 1" in server.log.read_text()
        for client in (router, *modest):  # each address for itself, also within a /64
            assert asked_by(phone, client) == "NOERROR 0.0.0.0"
        assert f"{router} asked" not in server.log.read_text()
        server.wait_until(lambda: refused(server) > 0)


def asked_by(phone: Phone, client: str) -> str:
    return dig(phone, f"{_beside(client)} -p {PORT} -b {client}", BLOCKED)


def ask_many(phone: Phone, folder: Path, client: str, number: int) -> None:
    names = folder / "many.txt"
    names.write_text("".join(f"n{each}.{BLOCKED} +tries=1 +time=2\n" for each in range(number)))
    phone.run(f"dig @{_beside(client)} -p {PORT} -b {client} -f {names}")


def _beside(client: str) -> str:
    """The server's address in the client's network."""
    return HOME_IPV6 if ":" in client else HOME_IPV4


def refused(server: Blocker) -> float:
    """As the metrics count them."""
    lines = server.http("GET", "/metrics").body.decode().splitlines()
    return sum(float(line.split()[-1]) for line in lines if 'action="limited"' in line)


def test_names_resolve_when_the_network_comes_after_us(tmp_path: Path) -> None:
    _without_network(tmp_path)


def test_public_addresses_are_refused_unless_listed(tmp_path: Path) -> None:
    _with_strangers(tmp_path)


def test_who_gives_itself_a_known_id_is_let_in_from_anywhere(tmp_path: Path) -> None:
    _with_an_id_from_afar(tmp_path)


def test_who_asks_too_much_is_refused_and_named(tmp_path: Path) -> None:
    _with_a_limit(tmp_path)
