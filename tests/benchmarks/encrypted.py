"""CPU time of a cached question from clients that ask over TLS or HTTPS, beside Unbound's.

Connections are kept, as clients keep them. dnsperf gives each question over HTTPS an id of its own,
so no two requests are alike; what RFC 8484 section 4.1 has clients do, id 0, is less work.
"""

from tests.benchmarks import compare, names, rightness, servers, speed
from tests.benchmarks.ground import Ground

LIMIT = 1.5
WAYS = {"tls": "cached, asked over TLS", "https": "cached, asked over HTTPS"}


def results(
    ground: Ground, blocked: list[str], cached: list[str], rounds: int, seconds: float
) -> list[compare.Result]:
    with speed.all_started(ground, servers.FOR_ENCRYPTED, blocked, "-encrypted") as running:
        for each in running:
            rightness.check(each.server, each.site.port, blocked, cached)
        compare.warm(running, cached, ground.folder)
        return [
            speed.said(
                compare.compare(_workload(mode, cached), running, rounds, seconds, ground.folder)
            )
            for mode in WAYS
        ]


def _workload(mode: str, cached: list[str]) -> compare.Workload:
    return compare.Workload(
        WAYS[mode],
        LIMIT,
        lambda run: names.popular(cached, speed.QUERIES, run),
        fresh=False,
        mode=mode,
    )
