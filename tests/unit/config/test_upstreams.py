"""Upstream URLs: what can be asked now, what comes later, what never will."""

from pathlib import Path
from typing import Any

import pytest

from blocker.config import Config, Endpoint
from blocker.config.upstreams import address_of
from tests.support.configs import complaints, load

PIN = "pin-sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


@pytest.mark.parametrize(
    "url, host, port",
    [
        ("udp://192.0.2.53", "192.0.2.53", 53),
        ("udp://192.0.2.53:5353", "192.0.2.53", 5353),
        ("tcp://[2001:db8::53]", "2001:db8::53", 53),
        ("tcp://[2001:db8::53]:5353/", "2001:db8::53", 5353),
        ("tls://9.9.9.9#dns.quad9.net", "9.9.9.9", 853),
        ("tls://[2620:fe::fe]:8853#dns.quad9.net", "2620:fe::fe", 8853),
        ("tls://192.168.1.1#192.168.1.1", "192.168.1.1", 853),
        (f"tls://192.168.1.1#{PIN},{PIN}", "192.168.1.1", 853),
        ("https://dns.quad9.net/dns-query", "dns.quad9.net", 443),
        ("https://dns.quad9.net:5053/dns-query", "dns.quad9.net", 5053),
        ("https://[2620:fe::fe]:8443/dns-query", "2620:fe::fe", 8443),
    ],
)
def test_url(url: str, host: str, port: int) -> None:
    assert address_of(url) == Endpoint(host, port)


@pytest.mark.parametrize(
    "written, instead",
    [
        ("9.9.9.9", "write udp://9.9.9.9"),
        ("2620:fe::fe", "write udp://[2620:fe::fe]"),
        ("udp://2620:fe::fe", "write udp://[2620:fe::fe]"),
        ("tls://9.9.9.9", "write tls://9.9.9.9#dns.example with the name in its certificate"),
        ("tls://9.9.9.9#", "write tls://9.9.9.9#dns.example"),
        ("tls://9.9.9.9#pin-sha256:AAAA", "write pin-sha256:"),
        (f"tls://9.9.9.9#{PIN},x", "write pin-sha256:"),
        ("tls://dns.quad9.net", "write its address, like tls://192.0.2.53"),
        ("https://dns.quad9.net", "write https://dns.quad9.net/dns-query"),
        ("https://dns.quad9.net/", "write https://dns.quad9.net/dns-query"),
        ("https://dns.quad9.net/dns-query{?dns}", "write https://dns.example/dns-query"),
        ("https://dns.quad9.net/dns-query?x=1", "write https://dns.example/dns-query"),
        ("https://me@dns.quad9.net/dns-query", "write https://dns.example/dns-query"),
        ("https://dns.quad9.net:0/dns-query", "write a number from 1 to 65535"),
        ("https://dns..net/dns-query", "write"),
        ("quic://9.9.9.9", "write one like udp://"),
        ("dns.quad9.net", "write one like udp://"),
        ("udp://", "write one like udp://"),
        ("udp://[", "write one like udp://"),
        ("udp://dns.quad9.net", "write its address"),
        ("udp://9.9.9.9:53:54", "write its address"),
        ("udp://9.9.9.9:x", "write a number from 1 to 65535"),
        ("udp://9.9.9.9/x", "write udp://9.9.9.9"),
        ("udp://me@9.9.9.9", "write udp://"),
        ("udp://9.9.9.9#name", "write udp://9.9.9.9"),
        ("udp://0.0.0.0", "write that of a resolver"),
        ("udp://[ff02::1]", "write that of a resolver"),
        (53, "write one like udp://"),
    ],
)
def test_what_cannot_be_asked_says_what_to_write(written: Any, instead: str) -> None:
    with pytest.raises(ValueError, match=";") as caught:
        address_of(written)
    assert str(caught.value).partition("; ")[2].startswith(instead)


def test_a_mapping_is_the_same_as_its_url(tmp_path: Path) -> None:
    config = load(tmp_path, "upstreams: [udp://203.0.113.71, {url: 'tcp://203.0.113.72'}]")
    assert [upstream.url for upstream in config.upstreams] == [
        "udp://203.0.113.71",
        "tcp://203.0.113.72",
    ]
    assert config.upstreams[1].endpoints == [Endpoint("203.0.113.72", 53)]


def test_addresses_come_with_upstreams_that_have_names(tmp_path: Path) -> None:
    (upstream,) = load(
        tmp_path,
        "upstreams:\n- {url: https://dns.example/dns-query, addresses: [192.0.2.1, '2001:db8::1']}",
    ).upstreams
    assert upstream.endpoints == [Endpoint("192.0.2.1", 443), Endpoint("2001:db8::1", 443)]
    (said,) = complaints(tmp_path, "upstreams:\n- url: udp://192.0.2.1\n  addresses: [192.0.2.1]\n")
    assert said == "2: upstreams[1]: has its address in the URL; leave addresses out"
    url = "https://dns.example/dns-query"
    for wrong in ("dns.example", "0.0.0.0", "ff02::1", "192.0.2.1:443", 1):
        (said,) = complaints(tmp_path, f"upstreams: [{{url: {url}, addresses: ['{wrong}']}}]\n")
        assert said == (
            f"1: upstreams[1].addresses[1]: {wrong} is not the address of a server; "
            "write one like 192.0.2.53"
        )


def test_the_built_in_ones_are_encrypted_and_of_two_operators() -> None:
    urls = [upstream.url for upstream in Config().upstreams]
    assert urls == ["tls://9.9.9.9#dns.quad9.net", "tls://193.17.47.1#odvr.nic.cz"]
