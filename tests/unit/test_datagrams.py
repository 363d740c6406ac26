"""Datagrams leave whole: what the kernel does with a path that is said to be narrow."""

import socket
from pathlib import Path

import pytest

from blocker.datagrams import IP_MTU_DISCOVER, IPV6_MTU_DISCOVER, PMTUDISC_OMIT, leave_whole
from tests.support.network import in_own_network, ip


@pytest.mark.parametrize(
    "family,level,option",
    [
        (socket.AF_INET, socket.IPPROTO_IP, IP_MTU_DISCOVER),
        (socket.AF_INET6, socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER),
    ],
)
def test_both_families_are_told(family: socket.AddressFamily, level: int, option: int) -> None:
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        assert sock.getsockopt(level, option) != PMTUDISC_OMIT
        leave_whole(sock)
        assert sock.getsockopt(level, option) == PMTUDISC_OMIT


def test_a_system_that_does_not_know_it_is_left_as_it_is() -> None:
    leave_whole(Older(socket.AF_INET, socket.SOCK_DGRAM))


@in_own_network
def test_an_answer_is_not_taken_apart_for_a_path_said_to_be_narrow() -> None:
    ip("route replace local 127.0.0.9 dev lo table local mtu lock 600")
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plain,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours,
    ):
        peer.bind(("127.0.0.9", 0))
        leave_whole(ours)
        before = fragments()
        ours.sendto(bytes(1232), peer.getsockname())
        assert fragments() == before
        plain.sendto(bytes(1232), peer.getsockname())
        assert fragments() > before  # so the path was narrow


def fragments() -> int:
    """How many this network has made."""
    names, counts = (
        line.split()
        for line in Path("/proc/thread-self/net/snmp").read_text().splitlines()
        if line.startswith("Ip:")
    )
    return int(counts[names.index("FragCreates")])


class Older(socket.socket):
    def setsockopt(self, *_: object) -> None:
        self.close()
        raise OSError(92, "Protocol not available")
