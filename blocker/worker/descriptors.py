"""How many descriptors a worker may open, and what they are for.

Rule: connections of clients take what upstreams leave, so that whoever connects too often is turned
away and no question goes unasked for want of a socket.
"""

import resource
from typing import Final

from blocker.listen.stream import CONNECTIONS
from blocker.upstream.ports import SIZE

OTHERS: Final = 64  # the ruleset, the links, the loop, and some to spare
AN_UPSTREAM: Final = SIZE + 32  # with ports that retire, and a connection
FEWEST: Final = 8  # connections, however few descriptors there are


def raise_limit() -> None:
    """As far as this user may: a shell's usual 1,024 are few."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def connections(upstreams: int, listeners: int) -> int:
    """How many each of the listeners may hold."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    left = (most - OTHERS - AN_UPSTREAM * upstreams) // max(1, listeners)
    return max(FEWEST, min(CONNECTIONS, left))
