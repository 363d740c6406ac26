"""Who holds a port: our own sockets, a real dnsmasq, and a /proc as systemd-resolved leaves it."""

import os
import socket
import subprocess
import time
from pathlib import Path

from blocker.setup.ports import STUB, Holder, holders
from tests.support.network import in_own_network


def test_udp_and_tcp_of_both_versions() -> None:
    with socket.create_server(("127.0.0.1", 0)) as tcp:
        port = tcp.getsockname()[1]
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as udp:
            udp.bind(("::1", port))
            found = [(each.protocol, each.address, each.pid) for each in holders(port)]
    assert found == [("TCP", "127.0.0.1", os.getpid()), ("UDP", "::1", os.getpid())]


@in_own_network
def _dnsmasq() -> None:
    plain = ["--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=root", "--pid-file="]
    process = subprocess.Popen(["dnsmasq", "--keep-in-foreground", *plain])
    try:
        until = time.monotonic() + 10
        while not (found := [each for each in holders(53) if each.pid == process.pid]):
            assert time.monotonic() < until
            time.sleep(0.01)
    finally:
        process.terminate()
        process.wait(5)
    assert {each.program for each in found} == {"dnsmasq"}
    assert any("port=0" in line for line in found[0].advice)
    assert found[0].meets("192.0.2.1")


def test_a_real_dnsmasq_is_named() -> None:
    _dnsmasq()


def write_proc(folder: Path, command: bytes, name: str) -> Path:
    """127.0.0.53:53 over UDP, held by process 612."""
    net = folder / "thread-self" / "net"
    net.mkdir(parents=True)
    line = (
        "  1: 3500007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000 101 0 4242 2 0"
    )
    (net / "udp").write_text(f"head\n{line}\n")
    process = folder / "612"
    (process / "fd").mkdir(parents=True)
    (process / "fd" / "3").symlink_to("socket:[4242]")
    (process / "comm").write_text(f"{name}\n")
    (process / "cmdline").write_bytes(command)
    return folder


def test_the_stub_of_systemd_resolved_lets_go_by_a_drop_in(tmp_path: Path) -> None:
    proc = write_proc(tmp_path, b"/usr/lib/systemd/systemd-resolved\0", "systemd-resolve")
    (found,) = holders(53, proc)
    assert str(found) == "UDP 127.0.0.53:53 systemd-resolved (pid 612)"
    assert any("DNSStubListener=no" in line and STUB in line for line in found.advice)
    assert found.meets("0.0.0.0")
    assert not found.meets("192.0.2.1")
    assert not found.meets("::")


def test_dnsmasq_of_others_is_told_apart(tmp_path: Path) -> None:
    command = b"/usr/sbin/dnsmasq\0--conf-file=/var/lib/libvirt/dnsmasq/default.conf\0"
    (found,) = holders(53, write_proc(tmp_path, command, "dnsmasq"))
    assert found.program == "libvirt"


def test_blocker_itself_and_strangers(tmp_path: Path) -> None:
    command = b"/opt/venv/bin/python\0-m\0blocker\0serve\0"
    (found,) = holders(53, write_proc(tmp_path, command, "python"))
    assert found.is_ours
    stranger = Holder("UDP", "::", 53, "", 0)
    assert str(stranger) == "UDP [::]:53 ?"
    assert stranger.advice == ()
