"""Where clients are answered, and who may ask."""

from ipaddress import ip_network
from pathlib import Path

from blocker.config import Config, Endpoint
from tests.support.configs import complaints, load


def test_everything_is_listened_on_by_default_and_only_home_may_ask() -> None:
    dns = Config().dns
    assert dns.listen == (Endpoint("0.0.0.0", 53), Endpoint("::", 53))
    assert (dns.workers, dns.allow_from, dns.strategy) == (1, (), "fastest")


def test_what_is_written_is_taken(tmp_path: Path) -> None:
    dns = load(
        tmp_path,
        'dns: {listen: ["127.0.0.1:5300"], workers: 4, allow_from: [198.51.100.0/24]}',
    ).dns
    assert dns.listen == (Endpoint("127.0.0.1", 5300),)
    assert (dns.workers, dns.allow_from) == (4, (ip_network("198.51.100.0/24"),))


def test_faults(tmp_path: Path) -> None:
    said = complaints(
        tmp_path,
        'dns:\n  listen: ["0.0.0.0", "[::]:53"]\n  workers: 0\n  allow_from: [10.1.2.3/8]\n',
    )
    assert said == [
        "2: dns.listen[1]: 0.0.0.0 has no port; write 0.0.0.0:53",
        "3: dns.workers: 0 is not a number from 1 to 256; write 1, to begin with",
        "4: dns.allow_from[1]: 10.1.2.3/8 is an address inside a network; "
        "write 10.0.0.0/8 for all of it",
    ]


def test_true_is_no_number_of_workers(tmp_path: Path) -> None:
    (said,) = complaints(tmp_path, "dns: {workers: true}")
    assert said.startswith("1: dns.workers: True is not a number")


def test_there_are_three_strategies(tmp_path: Path) -> None:
    assert load(tmp_path, "dns: {strategy: failover}").dns.strategy == "failover"
    (said,) = complaints(tmp_path, "dns: {strategy: random}")
    assert said == (
        "1: dns.strategy: random is not known here; write one of: fastest, failover, parallel"
    )
