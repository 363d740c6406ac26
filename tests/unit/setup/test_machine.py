"""What the kernel tells of the machine."""

from pathlib import Path

from blocker.setup.machine import (
    Router,
    addresses,
    announced_ipv6,
    clock_is_kept,
    may_bind,
    router,
    way_out,
)
from tests.support.network import in_own_network, ip


def test_loopback_is_for_nobody_else() -> None:
    own = {str(each.at): each for each in addresses()}
    assert own["127.0.0.1/8"].interface == "lo"
    assert not own["127.0.0.1/8"].is_for_others


@in_own_network
def _addresses() -> None:
    ip("link add home type veth peer name far")
    ip("addr add 192.0.2.7/24 dev home valid_lft 600 preferred_lft 600")
    ip("addr add fd00::7/64 dev home nodad")
    own = {str(each.at): each for each in addresses()}
    assert own["192.0.2.7/24"].is_for_others
    assert not own["192.0.2.7/24"].lasting
    assert own["fd00::7/64"].lasting


def test_leases_are_told_from_fixed_addresses() -> None:
    _addresses()


def test_routes_as_the_kernel_writes_them(tmp_path: Path) -> None:
    assert way_out(tmp_path) == ""
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "route").write_text("Iface\tDestination\neth0\t00000000\t0101A8C0\n")
    zero, gateway = "0" * 32, "fe80" + "0" * 27 + "1"
    line = f"{zero} 00 {zero} 00 {gateway} 00000400 00000002 00000000 00450003     eth0"
    (tmp_path / "net" / "ipv6_route").write_text(f"{line}\n")
    assert way_out(tmp_path) == "eth0"
    assert announced_ipv6(tmp_path)


def test_the_router_is_the_home_s_and_may_resolve(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    routes = tmp_path / "net" / "route"
    assert router(tmp_path, []) is None
    head = "Iface\tDestination\tGateway\n"
    routes.write_text(f"{head}ppp0\t00000000\t00000000\nppp0\t00000000\t010117C1\n")
    assert router(tmp_path, []) is None  # the provider's
    routes.write_text(f"{head}eth0\t0001A8C0\t00000000\neth0\t00000000\t0101A8C0\n")
    stub, real = tmp_path / "stub", tmp_path / "real"
    stub.write_text("nameserver 127.0.0.53\n")
    assert router(tmp_path, [stub, real]) == Router("192.168.1.1", resolves=False)
    real.write_text("# nameserver 192.168.1.9\nnameserver 192.168.1.1\n")
    assert router(tmp_path, [stub, real]) == Router("192.168.1.1", resolves=True)


@in_own_network
def _announced() -> None:
    nothing = Path("/nonexistent")
    ip("link add home type veth peer name far")
    ip("link set home up")
    ip("addr add fd00::7/64 dev home nodad")
    ip("-6 route add default via fd00::1 dev home proto static metric 200")
    ip("-6 route add 2001:db8::/32 via fd00::1 dev home proto ra")
    assert not announced_ipv6(nothing)
    ip("-6 route add default via fd00::1 dev home proto ra metric 100")
    assert announced_ipv6(nothing)


def test_a_route_by_advertisement_is_known_whoever_has_set_it() -> None:
    _announced()


def test_rights(tmp_path: Path) -> None:
    assert may_bind(5300)
    (tmp_path / "self").mkdir()
    (tmp_path / "self" / "status").write_text("CapEff:\t0000000000000400\n")
    assert may_bind(53, tmp_path)
    (tmp_path / "self" / "status").write_text("CapEff:\t0000000000000000\n")
    assert not may_bind(53, tmp_path)


def test_the_clock_is_asked() -> None:
    assert clock_is_kept() in (True, False, None)
