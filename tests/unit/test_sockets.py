"""Binding: what is had, and what a person is told when it is not."""

import os
import socket

import pytest

from blocker.datagrams import IP_MTU_DISCOVER, IPV6_MTU_DISCOVER, PMTUDISC_OMIT
from blocker.errors import StartError
from blocker.sockets import (
    IP_PKTINFO,
    Address,
    DnsSockets,
    bind_admin,
    bind_dns,
    holders,
)
from tests.support.ports import free_port


def close(sets: list[DnsSockets]) -> None:
    for each in sets:
        for sock in (*each.udp, *each.tcp):
            sock.close()


def test_every_worker_has_udp_and_tcp_on_every_address() -> None:
    addresses = [Address("127.0.0.1", free_port()), Address("::1", free_port())]
    sets = bind_dns(addresses, 3)
    assert len(sets) == 3
    for each in sets:
        for sock, kind in ((each.udp, socket.SOCK_DGRAM), (each.tcp, socket.SOCK_STREAM)):
            bound = [Address(*one.getsockname()[:2]) for one in sock]
            assert bound == addresses
            assert {one.type for one in sock} == {kind}
    close(sets)


def test_packets_wait_in_a_large_buffer() -> None:
    sets = bind_dns([Address("127.0.0.1", free_port())], 1)
    size = sets[0].udp[0].getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plain:
        assert size > plain.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
    close(sets)


def test_a_wildcard_says_which_address_was_asked() -> None:
    port = free_port()
    sets = bind_dns([Address("0.0.0.0", port), Address("::", port)], 1)
    ipv4, ipv6 = sets[0].udp
    assert ipv4.getsockopt(socket.IPPROTO_IP, IP_PKTINFO) == 1
    assert ipv6.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO) == 1
    assert ipv6.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY) == 1
    close(sets)


def test_answers_leave_whole() -> None:
    port = free_port()
    sets = bind_dns([Address("127.0.0.1", port), Address("::1", port)], 1)
    ipv4, ipv6 = sets[0].udp
    assert ipv4.getsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER) == PMTUDISC_OMIT
    assert ipv6.getsockopt(socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER) == PMTUDISC_OMIT
    close(sets)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_port_that_another_of_our_kind_shares_is_in_use(workers: int) -> None:
    address = Address("127.0.0.1", free_port())
    sets = bind_dns([address], 2)
    with pytest.raises(StartError, match=rf"{address.port}.* in use"):
        bind_dns([address], workers)
    close(sets)


@pytest.mark.parametrize("kind, name", [(socket.SOCK_DGRAM, "UDP"), (socket.SOCK_STREAM, "TCP")])
def test_who_holds_the_port_is_said(kind: socket.SocketKind, name: str) -> None:
    address = Address("127.0.0.1", free_port())
    with socket.socket(socket.AF_INET, kind) as holder:
        holder.bind((address.host, address.port))
        if kind == socket.SOCK_STREAM:
            holder.listen()
        assert any(f"(pid {os.getpid()})" in who for who in holders(address, kind))
        with pytest.raises(StartError) as caught:
            bind_dns([address], 1)
    assert f"{name} port {address.port}" in str(caught.value)
    assert "set dns.listen to another port" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("host", ["192.0.2.77", "2001:db8::77"])
def test_an_address_that_is_not_there_yet_is_waited_for(
    host: str, caplog: pytest.LogCaptureFixture
) -> None:
    address = Address(host, free_port())
    sets = bind_dns([address, Address("127.0.0.1", address.port)], 2)
    for each in sets:
        assert [sock.getsockname()[0] for sock in (each.udp[0], each.tcp[0])] == [host, host]
    close(sets)
    (said,) = caplog.messages
    assert f"does not have the address {host} of dns.listen yet" in said


def test_the_admin_port_names_its_own_setting() -> None:
    address = Address("127.0.0.1", free_port())
    with bind_admin(address), pytest.raises(StartError, match=r"set admin\.listen to another"):
        bind_admin(address)


def test_addresses_as_people_write_them() -> None:
    assert str(Address("127.0.0.1", 53)) == "127.0.0.1:53"
    assert str(Address("::1", 53)) == "[::1]:53"


def test_encrypted_ones_are_bound_beside_and_name_their_own_setting() -> None:
    plain, tls, https = (Address("127.0.0.1", free_port()) for _ in range(3))
    sets = bind_dns([plain], 2, [tls], [https])
    for each in sets:
        assert [Address(*sock.getsockname()) for sock in (*each.tls, *each.https)] == [tls, https]
    with pytest.raises(StartError, match=r"in use by .* or set dns\.encrypted\.https to"):
        bind_dns([Address("127.0.0.1", free_port())], 1, [], [https])
    for each in sets:
        each.close()
    assert all(sock.fileno() == -1 for each in sets for sock in (*each.udp, *each.tls))
