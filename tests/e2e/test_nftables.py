"""Rules of `blocker export --format nftables` on a router, to real packets of a client behind it.

The router has a network of its own; a phone and "the internet" hang on it by cables. The internet
is dnsmasq at 8.8.8.8, which knows every name as ELSEWHERE, and a program that takes any connection.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.support.blocker import BLOCKED, blocker
from tests.support.network import (
    Phone,
    answer_neighbours,
    dnsmasq,
    in_own_network,
    ip,
    running,
    said,
)
from tests.support.source import ROOT

GOOGLE = ("8.8.8.8", "2001:4860:4860::8888")
ELSEWHERE, HERE = "198.51.100.8", "198.51.100.2"
ACCEPTING = """
import select, socket
def listening(port):
    sock = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
    return sock
socks = [listening(port) for port in (443, 853)]
print("ready", flush=True)
while True:
    for sock in select.select(socks, [], [])[0]:
        sock.accept()[0].close()
"""
CONNECTING = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), 5).close()
except OSError as error:
    print(type(error).__name__)
else:
    print("connected")
"""


@contextmanager
def internet() -> Iterator[Phone]:
    with ExitStack() as stack:
        far = stack.enter_context(Phone("02:00:5e:10:00:08", "wan"))
        ip("addr flush dev wan scope global")  # the link-local one asks for neighbours
        ip("addr add 198.18.0.1/24 dev wan")
        ip("addr add 2001:db8:1::1/64 dev wan nodad")
        far.move_to("198.18.0.2/24", "2001:db8:1::2/64", *GOOGLE)
        answer_neighbours(far)
        far.run("ip route add default via 198.18.0.1")
        far.run("ip -6 route add default via 2001:db8:1::1")
        ip("route add default via 198.18.0.2")
        ip("-6 route add default via 2001:db8:1::2")
        stack.enter_context(dnsmasq(far, ELSEWHERE))
        stack.enter_context(accepting(far))
        yield far


@contextmanager
def accepting(device: Phone) -> Iterator[None]:
    with running(device, sys.executable, "-c", ACCEPTING) as taking:
        assert taking.stdout is not None
        assert taking.stdout.readline() == b"ready\n"
        yield


def at_home(phone: Phone) -> None:
    phone.move_to("10.99.0.5/24", "10.99.0.77/24", "fd99::5/64")
    answer_neighbours(phone)
    phone.run("ip route add default via 10.99.0.1")
    phone.run("ip -6 route add default via fd99::1")


def asked(phone: Phone, server: str, *how: str, name: str = BLOCKED) -> str:
    tries = "+time=5", "+tries=1", "+short"
    return phone.run(" ".join(["dig", *tries, *how, f"@{server}", name, "A"])).strip()


def connected(phone: Phone, server: str, port: int) -> str:
    enter = ["nsenter", f"--net=/proc/{phone.pid}/ns/net"]
    return said(*enter, sys.executable, "-c", CONNECTING, server, str(port)).strip()


def load(folder: Path, *options: str) -> None:
    file = folder / "rules.nft"
    command = [sys.executable, "-m", "blocker", "export", "--format", "nftables", *options]
    subprocess.run([*command, "-o", str(file)], cwd=ROOT, check=True, timeout=30)
    said("nft", "-f", str(file))
    said("nft", "-f", str(file))  # once more changes nothing


def become_router() -> None:
    settings = {
        "ipv4/ip_forward": "1",
        "ipv6/conf/all/forwarding": "1",
        # A tentative link-local address forwards nothing for a second or two.
        "ipv6/conf/all/accept_dad": "0",
        "ipv6/conf/default/accept_dad": "0",
    }
    for setting, value in settings.items():
        Path("/proc/sys/net", setting).write_text(value)


@in_own_network
def _on_the_router(tmp_path: Path) -> None:
    become_router()
    with (
        Phone("02:00:5e:10:00:01") as phone,
        internet(),
        blocker(tmp_path, upstreams=["udp://8.8.8.8"], everywhere=53),
    ):
        at_home(phone)
        said("nft", "add", "table", "inet", "others")
        for google in GOOGLE:  # without rules the phone goes its own way
            assert asked(phone, google) == ELSEWHERE
            assert connected(phone, google, 853) == "connected"
        load(tmp_path, "--interface", "home", "--exempt", "10.99.0.77")
        for google in GOOGLE:
            assert asked(phone, google) == "0.0.0.0"
            assert asked(phone, google, "+tcp") == "0.0.0.0"
            # blocker itself still reaches its upstream.
            assert asked(phone, google, name="www.example.org") == ELSEWHERE
            for port in (853, 443):
                started = time.monotonic()
                assert connected(phone, google, port) == "ConnectionRefusedError"
                assert time.monotonic() - started < 4  # at once: the limit is 5
        assert connected(phone, "198.18.0.2", 443) == "connected"  # pages are not touched
        assert connected(phone, "198.18.0.2", 853) == "ConnectionRefusedError"
        assert asked(phone, "10.99.0.1") == "0.0.0.0"
        assert asked(phone, "8.8.8.8", "-b", "10.99.0.77") == ELSEWHERE
        tables = said("nft", "list", "tables").splitlines()
        assert sorted(tables) == ["table inet blocker", "table inet others"]


@in_own_network
def _beside_the_router(tmp_path: Path) -> None:
    """A bridge joins the phone and the box that has the resolver: one network, as at home."""
    become_router()
    with (
        Phone("02:00:5e:10:00:01") as phone,
        Phone("02:00:5e:10:00:02", "cable") as box,
        internet(),
    ):
        ip("link add br-lan type bridge")
        for end in ("home", "cable"):
            ip(f"addr flush dev {end}")
            ip(f"link set {end} master br-lan")
        ip("addr add 10.99.0.1/24 dev br-lan")
        ip("addr add fd99::1/64 dev br-lan nodad")
        ip("link set br-lan up")
        at_home(phone)
        box.move_to("10.99.0.2/24", "fd99::2/64")
        answer_neighbours(box)
        box.run("ip route add default via 10.99.0.1")
        box.run("ip -6 route add default via fd99::1")
        with dnsmasq(box, HERE):
            bridge = "--interface", "br-lan", "--resolver", "10.99.0.2"
            load(tmp_path, *bridge, "--resolver", "fd99::2")
            for google in GOOGLE:
                assert asked(phone, google) == HERE
                assert asked(phone, google, "+tcp") == HERE
                assert asked(box, google) == ELSEWHERE
            assert asked(phone, "10.99.0.2") == HERE
            load(tmp_path, *bridge)
            assert asked(phone, "8.8.8.8") == HERE
            assert "refused" in _failed(phone, GOOGLE[1])  # over IPv6 there is nobody to ask


@in_own_network
def _behind_another_interface(tmp_path: Path) -> None:
    become_router()
    with (
        Phone("02:00:5e:10:00:01") as phone,
        Phone("02:00:5e:10:00:02", "servers") as box,
        internet(),
    ):
        ip("addr flush dev servers scope global")
        ip("addr add 10.98.0.1/24 dev servers")
        ip("addr add fd98::1/64 dev servers nodad")
        at_home(phone)
        box.move_to("10.98.0.2/24", "fd98::2/64")
        answer_neighbours(box)
        box.run("ip route add default via 10.98.0.1")
        box.run("ip -6 route add default via fd98::1")
        with dnsmasq(box, HERE), accepting(box):
            own = "--resolver", "10.98.0.2", "--resolver", "fd98::2"
            load(tmp_path, "--interface", "home", *own)
            for google, resolver in zip(GOOGLE, ("10.98.0.2", "fd98::2"), strict=True):
                assert asked(phone, google) == HERE
                for port in (853, 443):  # its DNS over TLS and HTTPS, and nobody else's
                    assert connected(phone, resolver, port) == "connected"
                    assert connected(phone, google, port) == "ConnectionRefusedError"
                    assert connected(box, google, port) == "connected"


def _failed(phone: Phone, server: str) -> str:
    enter = ["nsenter", f"--net=/proc/{phone.pid}/ns/net"]
    command = [*enter, "dig", "+time=5", "+tries=1", f"@{server}", BLOCKED]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    return done.stdout + done.stderr


def test_hard_coded_resolvers_lead_to_blocker_on_the_router(tmp_path: Path) -> None:
    _on_the_router(tmp_path)


def test_hard_coded_resolvers_lead_to_a_box_beside_the_router(tmp_path: Path) -> None:
    _beside_the_router(tmp_path)


def test_a_box_behind_another_interface_may_be_asked_encrypted(tmp_path: Path) -> None:
    _behind_another_interface(tmp_path)
