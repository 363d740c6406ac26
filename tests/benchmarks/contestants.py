"""Each resolver with a long list in the format it reloads best, and the command that reloads it.

All block a name and everything below it. dnsmasq and RPZ say NXDOMAIN, the others 0.0.0.0.
"""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import servers
from tests.benchmarks.servers import Site

_KEY = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI="  # dnsdist's console takes no request without


@dataclass(frozen=True, slots=True)
class Contestant:
    name: str
    configure: Callable[[Site], list[str]]  # writes its files, returns its command
    add: Callable[[Site, str], None]  # writes one name more into its list
    reload: Callable[[Site, int], list[str]]  # makes the process read its list again


def _kill_hup(site: Site, pid: int) -> list[str]:
    return ["kill", "-HUP", str(pid)]


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="ascii") as file:
        file.write(text)


def _add_to_names(site: Site, name: str) -> None:
    _append(site.names, f"{name}\n")


def _dnsmasq(site: Site) -> list[str]:
    """A signal makes dnsmasq read servers-file= again, but not address= (dnsmasq(8), NOTES)."""
    with (site.folder / "servers.conf").open("w", encoding="ascii") as file:
        file.writelines(f"server=/{name}/\n" for name in site.blocked())
    command = servers.dnsmasq(site, listed=False)
    return [*command, f"--servers-file={site.folder / 'servers.conf'}"]


def _add_server(site: Site, name: str) -> None:
    _append(site.folder / "servers.conf", f"server=/{name}/\n")


def _control(site: Site) -> str:
    socket = f'control-interface: "{site.folder / "control"}"'
    return f"control-enable: yes\n    control-use-cert: no\n    {socket}"


def _unbound_control(site: Site, *order: str) -> list[str]:
    return [servers.program("unbound-control"), "-c", str(site.folder / "unbound.conf"), *order]


def _unbound_zones(site: Site) -> list[str]:
    with (site.folder / "zones.conf").open("w", encoding="ascii") as file:
        file.writelines(f'local-zone: "{name}" always_null\n' for name in site.blocked())
    zones = f'    include: "{site.folder / "zones.conf"}"'
    clause, control = servers.forward(site), _control(site)
    return servers.unbound_with(site.folder, site.port, zones, clause, control=control)


def _add_zone(site: Site, name: str) -> None:
    _append(site.folder / "zones.conf", f'local-zone: "{name}" always_null\n')


def _unbound_rpz(site: Site) -> list[str]:
    with (site.folder / "rpz.zone").open("w", encoding="ascii") as file:
        file.write(
            "$TTL 30\n@ SOA localhost. root.localhost. 1 3600 600 86400 30\n@ NS localhost.\n"
        )
        file.writelines(f"{name} CNAME .\n*.{name} CNAME .\n" for name in site.blocked())
    zone = f'rpz:\n    name: "rpz.bench"\n    zonefile: "{site.folder / "rpz.zone"}"'
    return servers.unbound_with(
        site.folder,
        site.port,
        "",
        f"{servers.forward(site)}\n{zone}",
        modules="respip iterator",
        control=_control(site),
    )


def _add_trigger(site: Site, name: str) -> None:
    _append(site.folder / "rpz.zone", f"{name} CNAME .\n*.{name} CNAME .\n")


def _dnsdist(site: Site) -> list[str]:
    """The new tree is built in the console's thread, beside the one in use."""
    command = servers.dnsdist(site)
    _append(
        site.folder / "dnsdist.conf",
        f"""\
setKey("{_KEY}")
controlSocket("127.0.0.1:{site.admin_port}")
function again()
  local fresh = newSuffixMatchNode()
  for name in io.lines("{site.names}") do fresh:add(newDNSName(name)) end
  addAction(SuffixMatchNodeRule(fresh, true), SpoofAction("0.0.0.0"))
  rmRule(0)
  fresh = nil
  collectgarbage()
  collectgarbage()
end
""",
    )
    return command


def _dnsdist_cdb(site: Site) -> list[str]:
    """The list in a file, which dnsdist opens anew once it has changed; it looks each second."""
    subprocess.run(_write_cdb(site, 0), check=True)
    file = site.folder / "names.cdb"
    stored = f'newCDBKVStore("{file}", 1)'
    suffixes = "KeyValueLookupKeySuffix(2, false)"
    rule = f'addAction(KeyValueStoreLookupRule({stored}, {suffixes}), SpoofAction("0.0.0.0"))'
    return servers.dnsdist(site, rule)


def _write_cdb(site: Site, pid: int) -> list[str]:
    files = str(site.names), str(site.folder / "names.cdb")
    return [sys.executable, "-m", "tests.benchmarks.cdb", *files]


def _console(site: Site, pid: int) -> list[str]:
    config = str(site.folder / "dnsdist.conf")
    return [servers.program("dnsdist"), "-C", config, "--client", "--execute", "again()"]


BLOCKER = Contestant("blocker", servers.blocker, _add_to_names, _kill_hup)
PEERS = (
    Contestant("dnsmasq, servers-file", _dnsmasq, _add_server, _kill_hup),
    Contestant(
        "Unbound, local-zone",
        _unbound_zones,
        _add_zone,
        lambda site, pid: _unbound_control(site, "reload_keep_cache"),
    ),
    Contestant(
        "Unbound, RPZ",
        _unbound_rpz,
        _add_trigger,
        lambda site, pid: _unbound_control(site, "auth_zone_reload", "rpz.bench"),
    ),
    Contestant("dnsdist, SuffixMatchNode", _dnsdist, _add_to_names, _console),
    Contestant("dnsdist, CDB", _dnsdist_cdb, _add_to_names, _write_cdb),
)
