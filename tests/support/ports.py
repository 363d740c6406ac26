"""Ports nobody uses, on loopback.

Rule: who was given one has it until its process ends, for its server may bind it seconds later:
no other run of tests on this machine is given the same.
"""

import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path

# Below those that the kernel gives to who names none (ip_local_port_range), so that no other
# socket of this machine takes one before its server does.
_RANGE = range(10_000, 32_000)
_chance = random.SystemRandom()  # tests that run side by side choose differently
_given: set[int] = set()
# The octet of a port is locked by whom it was given to. The kernel undoes that at its end; closing
# this file would too, so it stays open.
_claims = os.open(
    Path(tempfile.gettempdir(), f"blocker-tests-{os.getuid()}.ports"), os.O_RDWR | os.O_CREAT
)


def free_port() -> int:
    """Free over UDP and TCP, IPv4 and IPv6; no port twice in a run, for it may not be used yet."""
    while True:
        port = _chance.choice(_RANGE)
        if port not in _given and _claimed(port) and _is_free(port):
            _given.add(port)
            return port


def _claimed(port: int) -> bool:
    """Before it is looked at: to look is to bind, and would be in its server's way."""
    try:
        fcntl.lockf(_claims, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    return True


def _is_free(port: int) -> bool:
    for family, host in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            with socket.socket(family, kind) as sock:
                if family == socket.AF_INET6:
                    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                if kind == socket.SOCK_STREAM:  # what has just ended does not count
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    sock.bind((host, port))
                except OSError:
                    return False
    return True
