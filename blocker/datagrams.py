"""Datagrams leave whole, whatever anyone says about the way (RFC 9715).

Rule: nobody proves who they are that say a packet was too large for the way. Believed, a forger of
such messages makes answers leave in fragments; and of those all but the first carry nothing that
can be checked: no port, no id, no question. Unbound, BIND and PowerDNS do the same.
"""

import contextlib
import socket
from typing import Final

# linux/in.h and linux/in6.h; Python names none of them.
IP_MTU_DISCOVER: Final = 10
IPV6_MTU_DISCOVER: Final = 23
PMTUDISC_OMIT: Final = 5  # the interface's own size, and no other; DF is not set


def leave_whole(sock: socket.socket) -> None:
    """A UDP socket takes no notice of what it is told about the size of a path."""
    with contextlib.suppress(OSError):  # a system that does not know it is no worse off
        if sock.family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER, PMTUDISC_OMIT)
        else:
            sock.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, PMTUDISC_OMIT)
