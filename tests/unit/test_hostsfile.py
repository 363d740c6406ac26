"""A line of hosts(5)."""

from ipaddress import ip_address

import pytest

from blocker.hostsfile import HostsLine, hosts_line

LOCAL = ip_address("127.0.0.1")


@pytest.mark.parametrize(
    "line, said",
    [
        ("127.0.0.1 localhost", HostsLine(LOCAL, ("localhost",))),
        ("127.0.0.1\tLocalhost a  b # c", HostsLine(LOCAL, ("localhost", "a", "b"))),
        ("fe80::1%eth0 r", HostsLine(ip_address("fe80::1"), ("r",), "eth0")),
        ("# 127.0.0.1 localhost", None),
        ("  ", None),
    ],
)
def test_lines(line: str, said: HostsLine | None) -> None:
    assert hosts_line(line) == said


@pytest.mark.parametrize(
    "line, why",
    [
        ("127.0.0.1", "127.0.0.1 has no name; "),
        ("::1 # localhost # comment", "::1 has no name; "),
        ("localhost", "localhost is not an address; "),
        ("111.222.333.444 abc", "111.222.333.444 is not an address; "),
    ],
)
def test_wrong_lines(line: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        hosts_line(line)
