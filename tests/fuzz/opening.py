"""A wire of each transport that clients may ask over."""

from collections.abc import Callable
from typing import Final

from tests.fuzz.requests import Requests
from tests.fuzz.wires import Datagrams, Stream, Wire
from tests.support.encrypted import trusting

TRANSPORTS: Final = ("udp", "tcp", "tls", "https")


def opener(transport: str, port: int) -> Callable[[], Wire]:
    """What opens a wire of this transport to that port of this machine."""
    address = "127.0.0.1", port
    if transport == "udp":
        return lambda: Datagrams(address)
    if transport == "tcp":
        return lambda: Stream(address)
    tls = trusting(("h2",) if transport == "https" else ())
    return lambda: (Requests if transport == "https" else Stream)(address, tls)
