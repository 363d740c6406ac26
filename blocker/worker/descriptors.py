"""How many descriptors a worker may open, and what they are for.

Rule: connections of clients take what upstreams leave, so that whoever connects too often is turned
away and no question goes unasked for want of a socket.
"""

import asyncio
import errno
import logging
import resource
from typing import Any, Final

from blocker.listen.connections import CONNECTIONS
from blocker.upstream.ports import SIZE

OTHERS: Final = 64  # the ruleset, the links, the loop, and some to spare
AN_UPSTREAM: Final = SIZE + 32  # with ports that retire, and a connection
FEWEST: Final = 8  # connections, however few descriptors there are

log = logging.getLogger(__name__)


def raise_limit() -> None:
    """As far as this user may: a shell's usual 1,024 are few."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def connections(upstreams: int, listeners: int) -> int:
    """How many each of the listeners may hold."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    left = (most - OTHERS - AN_UPSTREAM * upstreams) // max(1, listeners)
    return max(FEWEST, min(CONNECTIONS, left))


def say_if_exhausted(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """An event loop's exception handler. The loop itself tries again after a second."""
    error = context.get("exception")
    if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS):
        log.warning("connections wait: %s", (error.strerror or "no resources").lower())
    else:
        loop.default_exception_handler(context)
