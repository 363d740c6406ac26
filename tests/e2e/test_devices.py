"""A phone at home, end to end: one device over both families, its name, its group, a restart."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.blocker import BLOCKED, Blocker, blocker
from tests.support.devices import command
from tests.support.network import HOME_IPV4, HOME_IPV6, Phone, in_own_network
from tests.support.upstream import ScriptedUpstream

MAC = "02:00:5e:10:00:01"
KEY = f"mac:{MAC}"
PORT = 5353
GROUPS = "groups: [{name: kids, clients: [192.0.2.99], rules: {block: [games.example]}}]\n"

# What the router at home says of every address.
ROUTER = """
import socket
from dnslib import PTR, QTYPE, RR, DNSRecord
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("10.99.0.2", 53))
print("it listens", flush=True)
while True:
    packet, client = sock.recvfrom(512)
    asked = DNSRecord.parse(packet)
    reply = asked.reply()
    reply.add_answer(RR(asked.q.qname, QTYPE.PTR, rdata=PTR("<i>phone</i>.fritz.box")))
    sock.sendto(reply.pack(), client)
"""


@contextmanager
def router_on(phone: Phone) -> Iterator[None]:
    """The default gateway, which is where the phone is too."""
    inside = ("nsenter", f"--net=/proc/{phone.pid}/ns/net", sys.executable, "-c", ROUTER)
    with subprocess.Popen(inside, stdout=subprocess.PIPE) as router:
        assert router.stdout
        router.stdout.readline()
        try:
            yield
        finally:
            router.terminate()


def answers(phone: Phone, name: str = "games.example") -> list[str]:
    """Over IPv4 and over IPv6."""
    asked = f"dig +short +tries=1 +time=2 -p {PORT} {name} @"
    return [phone.run(asked + host).strip() for host in (HOME_IPV4, HOME_IPV6)]


def devices(server: Blocker) -> dict[str, Any]:
    """By key."""
    told = server.http("GET", "/api/v1/clients", token=server.token("read")).json["devices"]
    return {each["key"]: each for each in told}


@in_own_network
def test_one_phone_is_one_device(tmp_path: Path) -> None:
    with ScriptedUpstream() as upstream, Phone(MAC) as phone:
        phone.move_to("10.99.0.2/24", "fd99::2/64")
        subprocess.run(["ip", "route", "add", "default", "via", "10.99.0.2"], check=True)
        with router_on(phone):
            _one_phone(tmp_path, upstream, phone)


def _one_phone(folder: Path, upstream: ScriptedUpstream, phone: Phone) -> None:
    with blocker(folder, upstreams=[upstream.url], extra=GROUPS, everywhere=PORT) as server:
        server.wait_until_ready()
        assert answers(phone, BLOCKED) == ["0.0.0.0", "0.0.0.0"]
        assert answers(phone) == ["192.0.2.80", "192.0.2.80"]

        def is_known() -> bool:
            found = devices(server).get(KEY, {})
            return bool(found.get("hostname")) and found["blocked"] == found["allowed"] == 2

        server.wait_until(is_known, seconds=30)
        found = devices(server)
        assert not {"ip:10.99.0.2", "ip:fd99::2"} & set(found)
        assert sorted(found[KEY]["addresses"]) == ["10.99.0.2", "fd99::2"]
        assert found[KEY]["hostname"] == "?i?phone?i?.fritz.box"
        assert found[KEY]["hostname_from"] == "the router, 10.99.0.2"
        assert found[KEY]["randomised"]

        command(server, "devices", "name", "fd99::2", "Anna's phone")
        assert "(change 2;" in command(server, "devices", "group", "10.99.0.2", "kids").stdout
        assert answers(phone) == ["0.0.0.0", "0.0.0.0"], "workers obey at once"
        assert "Anna's phone" in command(server, "devices").stdout
        assert "Anna's phone" in command(server, "report").stdout
        server.stop()
    assert "Anna's phone" in command(server, "report").stdout, "also where no server runs"

    with blocker(folder, upstreams=[upstream.url], extra=GROUPS, everywhere=PORT) as server:
        server.wait_until_ready()
        assert answers(phone) == ["0.0.0.0", "0.0.0.0"]
        server.wait_until(lambda: KEY in devices(server), seconds=20)
        again = devices(server)[KEY]
        assert (again["name"], again["group"]) == ("Anna's phone", "kids")
        assert (again["first"], again["hostname"]) == (found[KEY]["first"], found[KEY]["hostname"])
        command(server, "undo")
        assert answers(phone) == ["192.0.2.80", "192.0.2.80"]
