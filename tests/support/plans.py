"""Plans and generations as a configuration file would come to, with what a test cares about."""

from dataclasses import replace
from typing import Any

from blocker.admin.plan import Plan
from blocker.link import Blocking, Generation, Group

GENERATION = Generation(
    number=0,
    ruleset="/nowhere",
    groups=[
        Group(
            name="default",
            clients=[],
            schedule=[],
            blocking=Blocking(
                answer="null-ip", ttl=30, max_breakage="minor", vendors={}, purposes={}, lists={}
            ),
            upstreams=[],
        )
    ],
    rules=[],
    records=[],
    upstreams=[{"url": "udp://192.0.2.53"}],
    allow_from=["198.51.100.0/24"],
    cache={"size": 1 << 20, "min_ttl": 0, "max_ttl": 86400, "serve_stale": 86400},
)

PLAN = Plan(
    config=None,
    listen=[("127.0.0.1", 5300)],
    workers=1,
    admin=("127.0.0.1", 8053),
    state="/nowhere",
    user=None,
    tokens=False,
    rules=0,
    vendors=0,
    sources={},
    subscriptions=[],
    generation=GENERATION,
)


def plan(**fields: Any) -> Plan:
    return replace(PLAN, **fields)


def generation(**fields: Any) -> Generation:
    return replace(GENERATION, **fields)
