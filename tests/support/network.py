"""A network of the test's own: interfaces, neighbours and phones that nobody else sees.

    @in_own_network
    def test_...() -> None:
        with Phone("02:00:5e:10:00:01") as phone: ...

The kernel makes it (network_namespaces(7)) for one thread: what the test opens and starts belongs
to it, and when both are gone so is the network. It takes root with CAP_SYS_ADMIN and CAP_NET_ADMIN.
A container may not give these; what is done then each test says itself, and pytest reports why.
"""

import ctypes
import errno
import functools
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import ParamSpec, Self

import pytest

CLONE_NEWNET = 0x40000000
HOME = "home"  # the interface that phones are behind
HOME_IPV4, HOME_IPV6 = "10.99.0.1", "fd99::1"

P = ParamSpec("P")


def in_own_network(test: Callable[P, None]) -> Callable[P, None]:
    """Run the test in a network that has nothing but a loopback interface; skip it where the
    kernel does not permit one.
    """
    return _in_own_network(test, pytest.skip)


def in_own_network_or(
    otherwise: Callable[[], None],
) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """As `in_own_network`, but where the kernel does not permit one `otherwise` is run instead."""

    def instead(why: str) -> None:
        warnings.warn(f"{why}; {otherwise.__name__} was run instead", stacklevel=2)
        otherwise()

    told = pytest.mark.filterwarnings("default:no network of its own")
    return lambda test: told(_in_own_network(test, instead))


def _in_own_network(test: Callable[P, None], otherwise: Callable[[str], None]) -> Callable[P, None]:
    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        def inside() -> None:
            enter_new_network()
            test(*args, **kwargs)

        if why := why_not():
            otherwise(why)
            return
        with ThreadPoolExecutor(1) as thread:
            thread.submit(inside).result()

    return run


@functools.cache
def why_not() -> str:
    """Why the kernel permits no network of a test's own; empty if it does. Nothing but a missing
    right is a reason: whatever else goes wrong there fails the test.
    """

    def attempt() -> None:
        enter_new_network()
        ip("link add probe type veth peer name probe-end")

    with ThreadPoolExecutor(1) as thread:
        try:
            thread.submit(attempt).result()
        except PermissionError as error:
            return (
                f"no network of its own for this test: {error.strerror}; run the tests as root, "
                "in a container with --cap-add SYS_ADMIN --cap-add NET_ADMIN"
            )
    return ""


def enter_new_network() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        raise OSError(number := ctypes.get_errno(), os.strerror(number))
    ip("link set lo up")


def ip(arguments: str) -> str:
    """`ip` of iproute2, with what it printed."""
    return said("ip", *arguments.split())


def said(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=10)
    if done.returncode != 0 and "Operation not permitted" in done.stderr:
        raise PermissionError(errno.EPERM, f"{' '.join(command)}: {done.stderr.strip()}")
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
    return done.stdout


class Phone:
    """A device with a network of its own, that one cable joins to the test's."""

    def __init__(self, mac: str, name: str = HOME) -> None:
        self.mac = mac
        self.name = name
        self._end = ExitStack()

    def __enter__(self) -> Self:
        device = subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE)
        self._end.callback(device.wait, 5)
        assert device.stdin is not None
        self._end.callback(device.stdin.close)
        self.pid = device.pid
        until = time.monotonic() + 5
        while _network_of(self.pid) == _network_of("thread-self"):
            assert time.monotonic() < until
            time.sleep(0.005)
        ip(f"link add {self.name} type veth peer name phone netns {self.pid}")
        ip(f"addr add {HOME_IPV4}/24 dev {self.name}")
        ip(f"addr add {HOME_IPV6}/64 dev {self.name} nodad")
        ip(f"link set {self.name} up")
        self.run(f"ip link set phone address {self.mac}")
        self.run("ip link set phone up")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end.close()

    def run(self, command: str) -> str:
        """What a command on the phone prints."""
        return said("nsenter", f"--net=/proc/{self.pid}/ns/net", *command.split())

    def move_to(self, *addresses: str) -> None:
        """Have these addresses and no others; IPv6 ones are used at once."""
        self.run("ip addr flush dev phone scope global")
        for address in addresses:
            self.run(f"ip addr add {address} dev phone" + (" nodad" if ":" in address else ""))

    def send_to(self, address: str) -> None:
        """One datagram, which makes the two know each other."""
        code = (
            "import socket,sys;"
            "found=socket.getaddrinfo(sys.argv[1],9,type=socket.SOCK_DGRAM)[0];"
            "socket.socket(*found[:2]).sendto(b'hello',found[4])"
        )
        said("nsenter", f"--net=/proc/{self.pid}/ns/net", sys.executable, "-c", code, address)


@contextmanager
def running(device: Phone, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command on a device, as long as the test needs it."""
    enter = ["nsenter", f"--net=/proc/{device.pid}/ns/net"]
    process = subprocess.Popen([*enter, *command], stdout=subprocess.PIPE)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=5)


@contextmanager
def dnsmasq(device: Phone, address: str) -> Iterator[None]:
    """A resolver on a device, port 53: it answers every name with this address."""
    plain = ["--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=root", "--pid-file="]
    with running(device, "dnsmasq", "--keep-in-foreground", *plain, f"--address=/#/{address}"):
        until = time.monotonic() + 10
        while ":53 " not in device.run("ss -Hltn"):
            assert time.monotonic() < until
            time.sleep(0.01)
        yield


def answer_neighbours(device: Phone) -> None:
    """At once: the link-local address that it has would be tried for a second or two."""
    device.run("ip -6 addr flush dev phone scope link")
    device.run(f"ip addr add fe80::{device.mac.replace(':', '')[-4:]}/64 dev phone nodad")


def _network_of(process: int | str) -> str:
    return str(Path(f"/proc/{process}/ns/net").readlink())
