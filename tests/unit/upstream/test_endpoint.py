"""Addresses of upstreams."""

import socket

import pytest

from blocker.datagrams import IP_MTU_DISCOVER, PMTUDISC_OMIT
from blocker.upstream.endpoint import Endpoint, reason_of


def test_it_is_written_as_resolvers_write_it() -> None:
    assert str(Endpoint.of("192.0.2.53", 53)) == "192.0.2.53#53"
    assert str(Endpoint.of("2001:db8::53", 5353)) == "2001:db8::53#5353"


def test_a_link_local_address_leads_through_its_interface() -> None:
    index = socket.if_nametoindex("lo")
    assert Endpoint.of("fe80::1%lo", 53).sockaddr == ("fe80::1", 53, 0, index)
    with pytest.raises(ValueError, match="no interface nowhere0"):
        Endpoint.of("fe80::1%nowhere0", 53)


def test_a_name_is_no_address() -> None:
    with pytest.raises(ValueError, match=r"resolver\.example"):
        Endpoint.of("resolver.example", 53)


def test_a_connected_socket_hears_its_peer_only() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger,
    ):
        peer.bind(("127.0.0.1", 0))
        with Endpoint.of(*peer.getsockname()).connected() as sock:
            stranger.sendto(b"forged", sock.getsockname())
            peer.sendto(b"true", sock.getsockname())
            assert sock.recv(64) == b"true"
            assert sock.getsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER) == PMTUDISC_OMIT
            with pytest.raises(BlockingIOError):
                sock.recv(64)


def test_reasons_are_a_few_words() -> None:
    assert reason_of(ConnectionRefusedError(111, "Connection refused")) == "connection refused"
    assert reason_of(TimeoutError()) == "timeout"
