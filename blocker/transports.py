"""Transports that are gone when their connection is.

asyncio's hold a method of their own, a cycle that only the garbage collector can undo. A worker's
freezes what has lived for a second and looks at it again in an hour (worker/collector.py): till
then every connection that ended would cost 5 KB.
"""

import asyncio
from typing import Any
from weakref import WeakMethod


def loosen(transport: asyncio.BaseTransport) -> None:
    """Undo the cycle, as soon as it is made."""
    plain: Any = transport
    read = getattr(plain, "_read_ready_cb", None)
    if read is not None:
        held = WeakMethod(read)

        def read_if_there() -> None:
            if (read := held()) is not None:
                read()

        plain._read_ready_cb = read_if_there
