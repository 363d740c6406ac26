"""deploy/docker/compose.yaml: it is Compose, what it mounts exists, its parts find each other."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path, PurePath
from typing import Any

import pytest
import yaml

from blocker.config.model import Config
from tests.support.dockerfile import instructions, is_ignored
from tests.support.prometheus import program
from tests.support.source import ROOT

DEPLOY = ROOT / "deploy" / "docker"
COMPOSE = DEPLOY / "compose.yaml"
README = (DEPLOY / "README.md").read_text(encoding="utf-8")
SERVICES: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())["services"]
STEPS = list(instructions((DEPLOY / "Dockerfile").read_text()))


def faults(path: Path) -> str:
    """What the Compose specification has against a file; empty if nothing."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, path], capture_output=True, text=True, timeout=30)
    return done.stdout if done.returncode else ""


def mounted(service: str) -> dict[str, str]:
    """Target to source."""
    pairs = (volume.split(":") for volume in SERVICES[service]["volumes"])
    return {target: source for source, target, *_ in pairs}


def on_this_machine(service: str, path: str) -> Path:
    """Where a file in the container comes from."""
    target = max((each for each in mounted(service) if path.startswith(f"{each}/")), key=len)
    return (DEPLOY / mounted(service)[target] / path.removeprefix(f"{target}/")).resolve()


def option(service: str, name: str) -> str:
    (value,) = re.findall(rf"--{re.escape(name)}=(\S+)", " ".join(SERVICES[service]["command"]))
    return str(value)


def test_it_is_as_the_compose_specification_has_it() -> None:
    assert faults(COMPOSE) == ""


def test_the_specification_is_asked(tmp_path: Path) -> None:
    wrong = tmp_path / "compose.yaml"
    wrong.write_text(COMPOSE.read_text().replace("restart:", "restrat:"))
    assert "restrat" in faults(wrong)


def test_the_override_in_the_readme_is_as_the_specification_has_it(tmp_path: Path) -> None:
    (block,) = re.findall(r"^```yaml\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    override = tmp_path / "compose.override.yaml"
    # Compose's own tag, which takes a value back when files are merged.
    override.write_text(re.sub(r"^ *network_mode: !reset null\n", "", block, flags=re.MULTILINE))
    assert faults(override) == ""
    assert set(yaml.safe_load(override.read_text())["services"]) == set(SERVICES)


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_mounted_exists(service: str) -> None:
    volumes = yaml.safe_load(COMPOSE.read_text())["volumes"]
    for source in mounted(service).values():
        assert (DEPLOY / source).is_dir() if source.startswith(".") else source in volumes


@pytest.mark.parametrize("service", SERVICES)
def test_each_holds_no_right_it_does_not_need(service: str) -> None:
    said = SERVICES[service]
    assert (said["read_only"], said["cap_drop"]) == (True, ["ALL"])
    assert said["security_opt"] == ["no-new-privileges:true"]
    assert not {"cap_add", "privileged", "user"} & set(said)
    assert all(":ro" in each for each in said["volumes"] if each.startswith("."))


def test_what_the_image_writes_to_is_a_volume() -> None:
    (places,) = (step.words() for step in STEPS if step.word == "VOLUME")
    assert [place for place in places if place not in mounted("blocker")] == []


def test_images_are_of_a_version() -> None:
    others = {each["image"] for each in SERVICES.values() if "build" not in each}
    assert all(re.fullmatch(r"[a-z/]+:v?\d+\.\d+\.\d+", image) for image in others)


def test_prometheus_would_start_with_its_files() -> None:
    config = on_this_machine("prometheus", option("prometheus", "config.file"))
    done = subprocess.run(
        [program("promtool"), "check", "config", config], capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 0, done.stderr
    assert "1 rule files found" in done.stdout


def test_each_part_looks_for_the_next_where_that_is() -> None:
    config = on_this_machine("prometheus", option("prometheus", "config.file"))
    scraped = yaml.safe_load(config.read_text())["scrape_configs"][0]["static_configs"][0][
        "targets"
    ]
    assert scraped == [str(Config().admin.listen)]
    provisioning = "/etc/grafana/provisioning"
    source = on_this_machine("grafana", f"{provisioning}/datasources/prometheus.yaml")
    (prometheus,) = yaml.safe_load(source.read_text())["datasources"]
    assert prometheus["url"] == f"http://{option('prometheus', 'web.listen-address')}"
    provider = on_this_machine("grafana", f"{provisioning}/dashboards/blocker.yaml")
    (dashboards,) = yaml.safe_load(provider.read_text())["providers"]
    folder = on_this_machine("grafana", dashboards["options"]["path"] + "/")
    assert {path.name for path in folder.iterdir()} >= {"overview.json", "vendors.json"}


@pytest.mark.parametrize(
    "name, value",
    [
        ("ANALYTICS_REPORTING_ENABLED", "false"),
        ("ANALYTICS_CHECK_FOR_UPDATES", "false"),
        ("ANALYTICS_CHECK_FOR_PLUGIN_UPDATES", "false"),
        ("NEWS_NEWS_FEED_ENABLED", "false"),
        ("PLUGINS_PREINSTALL_DISABLED", "true"),
        ("PLUGINS_PREINSTALL_AUTO_UPDATE", "false"),
        ("PLUGINS_PUBLIC_KEY_RETRIEVAL_DISABLED", "true"),
        ("PLUGINS_PLUGIN_ADMIN_ENABLED", "false"),
        ("SECURITY_DISABLE_GRAVATAR", "true"),
        ("SNAPSHOTS_EXTERNAL_ENABLED", "false"),
    ],
)
def test_what_would_call_home_is_off(name: str, value: str) -> None:
    assert SERVICES["grafana"]["environment"][f"GF_{name}"] == value


def test_the_image_says_what_the_project_says() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (labels,) = (step.pairs() for step in STEPS if step.word == "LABEL")
    assert labels["org.opencontainers.image.licenses"] == project["license"]
    (ports,) = (step.words() for step in STEPS if step.word == "EXPOSE")
    listening = {str(endpoint.port) for endpoint in Config().dns.listen}
    assert {port.partition("/")[0] for port in ports} == listening


def test_what_is_built_is_run_on_the_same_base() -> None:
    bases = {step.rest.partition(" AS ")[0] for step in STEPS if step.word == "FROM"}
    assert len(bases) == 1


@pytest.mark.parametrize(
    "name, sent",
    [
        ("blocker/cli/app.py", True),
        ("lists/vendors/xiaomi.yaml", True),
        ("deploy/docker/config/blocker.yaml", True),
        ("blocker/cli/__pycache__/app.cpython-311.pyc", False),
        ("deploy/docker/.env", False),
        ("deploy/docker/config/own.yaml", False),
        ("state/tokens.json", False),
        (".git/config", False),
    ],
)
def test_the_engine_is_sent_what_is_built_from_and_no_secret(name: str, sent: bool) -> None:
    patterns = (ROOT / ".dockerignore").read_text().splitlines()
    assert is_ignored(PurePath(name), patterns) is not sent


def test_the_readme_names_what_has_to_be_set() -> None:
    wanted = re.findall(r"\$\{(\w+)", COMPOSE.read_text())
    assert [name for name in wanted if f"{name}=" not in README] == []
