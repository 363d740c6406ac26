"""What the documents promise exists: commands, options, keys, metrics, files, links."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
import typer

from blocker.admin.app import ENDPOINTS
from blocker.cli import app
from blocker.config.load import load_config
from blocker.config.model import Config
from blocker.tokens import Scope
from tests.support.source import PACKAGE, ROOT, relative, tree

DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    ROOT / "lists" / "README.md",
    *sorted((ROOT / "deploy").glob("*/README.md")),
]
README = ROOT / "README.md"
LINK = re.compile(r"\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$", re.MULTILINE)


@cache
def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def fences(path: Path, language: str = "") -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text(path), re.MULTILINE | re.DOTALL)


def spoken(path: Path) -> list[str]:
    """Everything set as code: fenced lines and inline spans."""
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text(path), flags=re.M | re.S))
    return [line for block in fences(path, r"\w*") for line in block.splitlines()] + inline


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", text(ROOT / "Makefile"), re.MULTILINE))


@cache
def commands() -> dict[str, Any]:
    """Every command by its full name, such as `token create`."""

    def walk(name: str, command: Any) -> dict[str, Any]:
        if not hasattr(command, "commands"):
            return {name: command}
        found: dict[str, Any] = {name: command} if name and command.invoke_without_command else {}
        for below, child in command.commands.items():
            found |= walk(f"{name} {below}".strip(), child)
        return found

    return walk("", typer.main.get_command(app))


@pytest.mark.parametrize("path", DOCUMENTS, ids=relative)
def test_make_targets_exist(path: Path) -> None:
    named = {name for code in spoken(path) for name in re.findall(r"\bmake ([a-z]+)", code)}
    assert named <= targets()


def test_every_make_target_is_explained() -> None:
    explained = set(re.findall(r"^([a-z]+):.*## \S", text(ROOT / "Makefile"), re.MULTILINE))
    assert explained == targets()
    assert {"run", "test"} <= {
        line.removeprefix("make ") for block in fences(README) for line in block.splitlines()
    }


@pytest.mark.parametrize("path", DOCUMENTS, ids=relative)
def test_commands_and_their_options_exist(path: Path) -> None:
    for code in spoken(path):
        found = re.search(r"(?:^|/|\s)blocker (?!blocker )([a-z].*)", code.partition("#")[0])
        if not found or code.startswith("dig "):
            continue
        said = found[1]
        named = [each for each in commands() if f"{said} ".startswith(f"{each} ")]
        name = max(named, key=len, default=None)
        assert name, f"{relative(path)}: no command `blocker {said}`"
        options = {option for parameter in commands()[name].params for option in parameter.opts}
        assert set(re.findall(r"(?<!\S)(--?[a-z][a-z-]*)", said)) <= options, said


def test_readme_names_every_command() -> None:
    said = " ".join(spoken(README))
    missing = [name for name in commands() if f"blocker {name}" not in said]
    assert not missing


def test_the_explanation_in_the_readme_is_what_is_printed() -> None:
    shown = next(block for block in fences(README) if block.startswith("data.mistat"))
    command = [sys.executable, "-m", "blocker", "explain", "data.mistat.xiaomi.com"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30).stdout
    for line in shown.replace("  ...\n", "").splitlines():
        assert line in printed.splitlines(), f"{line!r} is not in\n{printed}"


@pytest.mark.parametrize("block", fences(README, "yaml"))
def test_configuration_in_the_readme_is_accepted(block: str, tmp_path: Path) -> None:
    file = tmp_path / "blocker.yaml"
    file.write_text(block, encoding="utf-8")
    (tmp_path / "names.txt").touch()
    assert load_config(file).blocking.vendors["oppo"].state == "shadow"


def test_upstreams_for_routers_are_accepted(tmp_path: Path) -> None:
    (block,) = fences(ROOT / "deploy" / "routers" / "README.md", "yaml")
    file = tmp_path / "blocker.yaml"
    file.write_text(block.replace("# - {url", "- {url"), encoding="utf-8")
    *common, fritzbox, openwrt = load_config(file).upstreams
    assert tuple(common) == Config().upstreams
    assert (fritzbox.zones[0], openwrt.zones[0]) == ("fritz.box", "lan")


def test_readme_names_every_key_of_the_configuration() -> None:
    block = "".join(fences(README, "yaml"))
    assert set(Config.model_fields) == set(re.findall(r"^([a-z_]+):", block, re.MULTILINE))


def test_readme_names_every_metric_and_no_other() -> None:
    families = set()
    files = [*(PACKAGE / "admin").glob("metrics.py"), *(PACKAGE / "admin" / "metrics").glob("*.py")]
    for node in (each for file in files for each in ast.walk(tree(file))):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            function = ast.unparse(node.func)
            name = str(node.args[0].value).removeprefix("blocker_")
            if function in {"counter", "counters", "nested", "CounterMetricFamily"}:
                families.add(f"blocker_{name}_total")
            elif function in {"gauge", "gauges", "constant"} or function.endswith("MetricFamily"):
                families.add(f"blocker_{name}")
            elif function == "_by_list":
                families.add(f"blocker_list_{name}")
    assert len(families) > 10
    assert set(re.findall(r"`(blocker_[a-z_]+)`", text(README))) == families


def test_readme_names_every_route_and_no_other() -> None:
    named = re.findall(r"`((?:GET|POST|PUT|DELETE) [a-z][\w/{}-]+)`", text(README))
    assert len(named) == len(set(named))
    assert set(named) == {f"{each.method} {each.path}" for each in ENDPOINTS}


def test_readme_marks_what_takes_an_admin_token() -> None:
    rows = [line for line in text(README).splitlines() if line.startswith("| ") and "`GET " in line]
    marked = {
        route
        for row in rows
        for part in re.split(r"[;|]", row)
        if "(admin)" in part
        for route in re.findall(r"`((?:GET|POST|PUT|DELETE) [a-z][^`]+)`", part)
    }
    assert marked == {f"{each.method} {each.path}" for each in ENDPOINTS if each.scope == "admin"}


def test_who_holds_a_token_stands_in_the_table_of_trust() -> None:
    table = text(ROOT / "SECURITY.md")
    assert re.findall(r"^\| a holder of a token of scope `(\w+)`", table, re.MULTILINE) == list(
        get_args(Scope)
    )


@pytest.mark.parametrize("path", DOCUMENTS, ids=relative)
def test_links_lead_somewhere(path: Path) -> None:
    links = [inline or reference for inline, reference in LINK.findall(text(path))]
    local = [link for link in links if "://" not in link]
    lost = [link for link in local if not (path.parent / link.partition("#")[0]).exists()]
    assert not lost


@pytest.mark.parametrize("path", DOCUMENTS, ids=relative)
def test_files_that_are_named_exist(path: Path) -> None:
    named = re.findall(r"(?<![\w/.])((?:[a-z_]+/)+[a-z_]+\.(?:py|yaml|md|json))\b", text(path))
    homes = (ROOT, PACKAGE, path.parent)
    lost = [name for name in named if not any((home / name).exists() for home in homes)]
    assert not lost
