"""Durations, sizes, addresses, networks: what is read, and what is said of the rest."""

from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from blocker.config.units import (
    Endpoint,
    duration,
    endpoint,
    network,
    path,
    port_number,
    size,
)


@pytest.mark.parametrize(
    "text, seconds", [("0s", 0), ("30s", 30), ("5m", 300), ("24h", 86_400), ("7d", 604_800)]
)
def test_duration(text: str, seconds: int) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize(
    "written, instead",
    [
        (30, "30s"),
        ("5 min", "5m"),
        ("2hours", "2h"),
        ("30", "30s"),
        ("1w", "7d"),
        ("2 weeks", "14d"),
        ("1D", "1d"),
        ("500ms", "one like 30s"),  # not 500 minutes
        ("3months", "one like 30s"),
        ("1y", "one like 30s"),
        ("-5s", "one like 30s, 5m, 24h or 7d"),
        ("1h30m", "one like"),
        (True, "one like"),
        (None, "one like"),
        ([], "one like"),
        ("9999999999d", "3650d at most"),
    ],
)
def test_no_duration(written: Any, instead: str) -> None:
    with pytest.raises(ValueError, match=f"; write {instead}"):
        duration(written)


@pytest.mark.parametrize("text, octets", [("1B", 1), ("2KiB", 2048), ("64MiB", 1 << 26)])
def test_size(text: str, octets: int) -> None:
    assert size(text) == octets


@pytest.mark.parametrize(
    "written, instead",
    [("64MB", "64MiB"), ("64 m", "64MiB"), ("1gb", "1GiB"), (64, "one like"), (None, "one like")],
)
def test_no_size(written: Any, instead: str) -> None:
    with pytest.raises(ValueError, match=f"; write {instead}"):
        size(written)


@pytest.mark.parametrize(
    "text, host, port",
    [
        ("0.0.0.0:53", "0.0.0.0", 53),
        ("[::]:5300", "::", 5300),
        ("[2001:DB8:0::1]:53", "2001:db8::1", 53),
        ("[fe80::1%eth0]:53", "fe80::1%eth0", 53),
    ],
)
def test_endpoint(text: str, host: str, port: int) -> None:
    assert endpoint(text) == Endpoint(host, port)


def test_endpoint_prints_as_it_is_written() -> None:
    for text in ("0.0.0.0:53", "[::]:53"):
        assert str(endpoint(text)) == text


@pytest.mark.parametrize(
    "written, instead",
    [
        ("0.0.0.0", r"0\.0\.0\.0:53"),
        ("::", r"\[::\]:53"),
        ("::1:53", r"\[::1\]:53"),
        ("2001:db8::1:5300x", "an IPv6 address in brackets"),
        ("localhost:53", r"127\.0\.0\.1:53"),
        ("*:53", r"0\.0\.0\.0:53"),
        (":53", "an IP address and a port"),
        ("resolver.example:53", "an IP address and a port"),
        ("0.0.0.0:0", "a number from 1 to 65535"),
        ("0.0.0.0:65536", "a number from 1 to 65535"),
        ("0.0.0.0:", "a number from 1 to 65535"),
        ("0.0.0.0:\u0665\u0663", "a number from 1 to 65535"),
        (53, "one like"),
        ("", "an IP address"),
    ],
)
def test_no_endpoint(written: Any, instead: str) -> None:
    with pytest.raises(ValueError, match=f"; write {instead}"):
        endpoint(written)


def test_port() -> None:
    assert [port_number("1"), port_number("65535")] == [1, 65_535]


def test_network() -> None:
    assert network("198.51.100.0/24") == ip_network("198.51.100.0/24")
    assert network("2001:db8::/32") == ip_network("2001:db8::/32")
    assert network("203.0.113.7") == ip_network("203.0.113.7/32")


@pytest.mark.parametrize(
    "written, instead",
    [("10.1.2.3/8", r"10\.0\.0\.0/8 for all of it"), ("lan", "one like"), (7, "one like")],
)
def test_no_network(written: Any, instead: str) -> None:
    with pytest.raises(ValueError, match=f"; write {instead}"):
        network(written)


def test_path() -> None:
    assert path("lists/mine") == path(Path("lists/mine")) == Path("lists/mine")


@pytest.mark.parametrize("written", [5, "", "a\0b", [], None])
def test_no_path(written: Any) -> None:
    with pytest.raises(ValueError, match="; write one in quotes"):
        path(written)
