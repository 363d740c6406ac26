"""The locks: every dependency, with hashes, and no index but the public default."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.source import ROOT

DEV, RUN, BUILD = "requirements-dev.lock", "requirements.lock", "requirements-build.lock"
LOCKS = {name: (ROOT / name).read_text(encoding="utf-8") for name in (DEV, RUN, BUILD)}
WHOLE = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = WHOLE["project"]
OPTIONAL = PROJECT["optional-dependencies"]
WANTED = {
    DEV: [*PROJECT["dependencies"], *OPTIONAL["dev"]],
    RUN: [*PROJECT["dependencies"], *OPTIONAL["postgresql"]],
    BUILD: WHOLE["build-system"]["requires"],
}


def locked(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s;\\]+)", LOCKS[name], re.MULTILINE))


def hashes(name: str) -> dict[str, list[str]]:
    blocks = re.split(r"^(?=[a-z0-9])", LOCKS[name], flags=re.MULTILINE)[1:]
    return {block.split()[0]: re.findall(r"--hash=sha256:\w+", block) for block in blocks}


@pytest.mark.parametrize("name", LOCKS)
def test_every_dependency_is_locked_at_a_version_it_allows(name: str) -> None:
    versions = locked(name)
    for requirement in map(Requirement, WANTED[name]):
        version = versions.get(canonicalize_name(requirement.name))
        assert version, f"{requirement} is not in the lock: make lock"
        assert requirement.specifier.contains(version), f"{requirement}: {version}: make lock"


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_hashes(name: str) -> None:
    assert len(hashes(name)) == len(locked(name))
    assert [package for package, found in hashes(name).items() if not found] == []


@pytest.mark.parametrize("name", [RUN, BUILD])
def test_what_runs_and_what_builds_is_what_is_tested(name: str) -> None:
    tested = hashes(DEV)
    assert [package for package, each in hashes(name).items() if tested.get(package) != each] == []


def test_what_runs_has_no_tool_of_development() -> None:
    needed = {canonicalize_name(Requirement(text).name) for text in WANTED[RUN]}
    tools = {canonicalize_name(Requirement(text).name) for text in WANTED[DEV]} - needed
    assert not tools & set(locked(RUN))


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_index(name: str) -> None:
    assert not re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host", LOCKS[name])
