"""Who may import whom. The tables are the architecture; ARCHITECTURE.md draws the same picture."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.support.source import ROOT, imports, module_name, package_files, relative

# A part of the package, and the parts it may import besides itself and errors.
MAY_IMPORT = {
    "__main__": {"cli"},
    "cli": {
        "supervisor", "accounting", "admin.plan", "aliases", "asked", "catalog", "config",
        "control", "core", "download", "explain", "export", "inputs", "link", "querylog", "ruleset",
        "privatedns", "setup", "store", "tokens", "yamlfile", "yamltext",
    },
    # The children are imported after the fork, so neither carries what only the other needs.
    "supervisor": {
        "worker", "admin", "config", "link", "notify", "ruleset", "sockets", "spare", "store",
    },
    # These two meet in link, never in an import.
    "worker": {"certificate", "clients", "listen", "upstream", "core", "link", "view"},
    "admin": {
        "accounting", "aliases", "asked", "catalog", "certificate", "clients", "config", "control",
        "core", "devices", "download", "explain", "inputs", "link", "notify", "privatedns",
        "querylog", "ruleset", "sockets", "spare", "store", "tokens", "view",
    },
    # What may be asked for, by the API and by the command line.
    "asked": {"config", "core", "link", "ruleset", "store", "yamlfile"},
    # Both move bytes between a socket and the engine.
    "listen": {"core", "transports"},
    "upstream": {"core", "datagrams", "transports"},
    # What is written, and what becomes of it.
    "inputs": {
        "aliases", "catalog", "config", "core", "explain", "link", "ruleset", "store", "view",
    },
    "export": {"catalog", "config", "core", "inputs", "yamlfile"},
    "explain": {"core", "userrules"},
    "aliases": {"core", "explain", "upstream", "userrules"},
    "config": {
        "certificate", "core.names", "core.policy", "core.rule", "core.switches", "hostsfile",
        "link", "userrules", "yamlfile",
    },
    "catalog": {
        "core.names", "core.policy", "core.families", "core.relations", "core.rule", "expressions",
        "hostsfile", "ruleset", "yamlfile",
    },
    "download": {"core", "link", "upstream"},
    "setup": {"config"},
    "accounting": {"catalog", "core.policy", "querylog"},
    "querylog": {"core.row"},
    "devices": {"clients", "core.names", "core.row", "link", "querylog"},
    "store": {"core.names", "core.policy", "core.rule", "link"},
    "view": {"clients", "core", "expressions", "link", "ruleset", "userrules"},
    "ruleset": {"core.names", "core.policy", "core.rule"},
    "userrules": {"core.names", "core.policy", "expressions"},
    "expressions": {"core.rule"},
    "clients": {"link"},
    "yamltext": {"yamlfile"},
    # Leaves: whatever they need comes from outside.
    "certificate": set(),
    "control": set(),
    "core": set(),
    "datagrams": set(),
    "hostsfile": set(),
    "link": set(),
    "notify": set(),
    "privatedns": set(),
    "sockets": {"datagrams"},
    "spare": set(),
    "tokens": set(),
    "transports": set(),
    "yamlfile": set(),
    "errors": set(),
}  # fmt: skip

# A third-party library, and the parts that may import it. What is not named may not be imported.
LIBRARIES = {
    "aiohttp": {"admin", "download", "listen"},
    "dnslib": {"catalog", "explain"},
    "h2": {"upstream"},
    "hpack": {"listen"},
    "jinja2": {"accounting"},
    "marisa_trie": {"ruleset"},
    "netaddr": {"devices"},
    "prometheus_client": {"admin"},
    "re2": {"catalog", "expressions"},
    "pydantic": {"admin", "asked", "catalog", "cli", "config", "yamlfile"},
    "rich": {"cli"},
    "sqlalchemy": {"accounting", "admin", "devices", "querylog"},
    "typer": {"cli"},
    "watchfiles": {"admin"},
    "yaml": {"yamlfile"},
}

# core/ is given bytes and numbers and returns them: no clock, socket, file, log or chance.
IMPURE = {
    "asyncio", "concurrent", "contextvars", "datetime", "http", "io", "logging", "mmap",
    "multiprocessing", "os", "pathlib", "random", "secrets", "select", "selectors", "shutil",
    "signal", "socket", "ssl", "subprocess", "tempfile", "threading", "time", "urllib", "warnings",
}  # fmt: skip

# A worker is forked per core and must start at once: what it never needs, it never loads.
NOT_IN_A_WORKER = {
    "aiohttp", "dnslib", "h2", "hpack", "netaddr", "prometheus_client", "pydantic", "rich",
    "sqlalchemy",
    "sqlite3", "typer", "watchfiles", "yaml",
}  # fmt: skip


def part_of(module: str) -> str:
    """blocker.core.names belongs to core, blocker.cli to cli, blocker itself to nothing."""
    return [*module.split("."), ""][1]


@pytest.mark.parametrize("path", package_files(), ids=relative)
def test_imports_follow_the_table(path: Path) -> None:
    part = part_of(module_name(path))
    if not part:
        assert not list(imports(path)), "blocker/__init__.py is imported by all, so imports nothing"
        return
    assert part in MAY_IMPORT, f"{relative(path)}: give {part} its row in MAY_IMPORT"
    wrong = [
        f"{relative(path)}:{line}: {part} may not import {module}"
        for module, line in imports(path)
        if not _allowed(part, module)
    ]
    assert not wrong, "\n".join(wrong)


def _allowed(part: str, module: str) -> bool:
    top, *rest = module.split(".")
    if top in sys.stdlib_module_names:
        return part != "core" or top not in IMPURE
    if top != "blocker":
        return part in LIBRARIES.get(top, ())
    other = ".".join(rest)
    granted = MAY_IMPORT[part] | {part, "errors"}
    return other == "" or any(other == name or other.startswith(f"{name}.") for name in granted)


def test_tables_name_only_what_exists() -> None:
    parts = {part_of(module_name(path)) for path in package_files()}
    assert set(MAY_IMPORT) == parts - {""}
    tops = {module.split(".")[0] for path in package_files() for module, _ in imports(path)}
    assert set(LIBRARIES) == tops - sys.stdlib_module_names - {"blocker"}


def test_what_is_installed_is_what_is_imported() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = [Requirement(text).name for text in project["dependencies"]]
    modules = {"pyyaml": "yaml", "google-re2": "re2"}
    assert {modules.get(name, name.replace("-", "_")) for name in names} == set(LIBRARIES)


def test_worker_loads_no_library_it_does_not_need() -> None:
    code = "import sys, blocker.worker; print(*{name.split('.')[0] for name in sys.modules})"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=30
    )
    assert run.returncode == 0, run.stderr
    loaded = set(run.stdout.split())
    assert "blocker" in loaded
    assert not loaded & NOT_IN_A_WORKER


def test_the_rules_catch_what_they_are_for() -> None:
    assert not _allowed("core", "time")
    assert not _allowed("core", "dnslib")
    assert not _allowed("worker", "blocker.admin.app")
    assert not _allowed("admin", "blocker.worker")
    assert not _allowed("catalog", "blocker.core.engine")
    assert _allowed("catalog", "blocker.core.policy")
    assert _allowed("core", "blocker.errors")
