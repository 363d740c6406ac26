"""Starting: quick, telling, and when it cannot be done one line that says what to do."""

import os
import re
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.support.blocker import Blocker, blocker
from tests.support.ports import free_port
from tests.support.source import ROOT

pytestmark = pytest.mark.alone

FIRST_ANSWER = 2.0  # seconds
NOBODY = 65534


def refusal(folder: Path, config: str, *, without: str = "", file: str = "blocker.yaml") -> str:
    """What `serve` prints when it ends with exit code 1."""
    path = folder / file
    if config:
        path.write_text(f"state: {folder}/state\n{config}", encoding="utf-8")
    run = subprocess.run(
        [*_bounded(without), sys.executable, "-m", "blocker", "serve", "-c", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert run.returncode == 1
    assert run.stdout == ""
    return run.stderr.strip()


def listening(port: int, admin: int | str | None = None) -> str:
    place = admin if isinstance(admin, str) else f"127.0.0.1:{admin or free_port()}"
    return (
        f"dns: {{listen: ['127.0.0.1:{port}']}}\nadmin: {{listen: '{place}'}}\n"
        "upstreams: ['udp://127.0.0.1:9']\n"
    )


def _bounded(without: str) -> list[str]:
    """Root without some of its rights; who is not root has none of them anyway."""
    return ["setpriv", f"--bounding-set={without}"] if without and os.geteuid() == 0 else []


def test_the_first_answer_comes_within_two_seconds(tmp_path: Path) -> None:
    took = []
    for number in range(3):
        (folder := tmp_path / str(number)).mkdir()
        begun = time.monotonic()
        with blocker(folder) as server:
            took.append(time.monotonic() - begun)
            assert server.address() == "0.0.0.0"
    assert sorted(took)[1] < FIRST_ANSWER  # the machine may be shared


def test_what_it_says_can_be_pasted(tmp_path: Path) -> None:
    with blocker(tmp_path) as server:
        text = server.log.read_text()
        assert re.search(r"blocking +[\d,]+ rules of \d+ vendors", text)
        assert f"http://127.0.0.1:{server.admin_port}" in text
        (command,) = re.findall(r"dig @.*", text)
        run = subprocess.run(
            [*command.split(), "+short"], capture_output=True, text=True, timeout=10
        )
        assert run.stdout.strip() == "0.0.0.0"


def test_all_processes_are_small(tmp_path: Path) -> None:
    with blocker(tmp_path) as server:
        server.wait_until_ready()
        server.http("GET", "/metrics")
        pids = [server.pid, *server.child_pids()]
        assert sum(map(pss_kib, pids)) < 120 * 1024


def pss_kib(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise AssertionError(f"{pid} has no Pss")


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_a_port_in_use_names_the_one_who_has_it(tmp_path: Path, kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as holder:
        holder.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            holder.listen()
        port = holder.getsockname()[1]
        said = refusal(tmp_path, listening(port))
    assert f"port {port} on 127.0.0.1 is in use by" in said
    assert f"(pid {os.getpid()})" in said
    assert "set dns.listen to another port" in said
    assert "\n" not in said


def test_the_admin_port_in_use(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        said = refusal(tmp_path, listening(free_port(), holder.getsockname()[1]))
    assert "set admin.listen to another port" in said


def test_a_second_serve_is_refused_even_with_several_workers(tmp_path: Path) -> None:
    with blocker(tmp_path, workers=2) as server:
        (tmp_path / "second").mkdir()
        said = refusal(tmp_path / "second", listening(server.port))
    assert "in use by" in said


def test_a_second_server_on_the_same_state_is_refused(tmp_path: Path) -> None:
    with blocker(tmp_path) as server:
        server.wait_until_ready()
        said = refusal(tmp_path, listening(free_port()), file="second.yaml")
        assert f"a server (pid {server.pid}) runs with the state folder" in said
        assert "set state: to another path" in said
        assert "\n" not in said
        os.kill(server.pid, signal.SIGKILL)  # its children may live a little longer
        server.kill_all()
        server.start()
        assert server.address() == "0.0.0.0"


def test_a_hang_up_while_it_compiles_is_a_reload_afterwards(tmp_path: Path) -> None:
    server = Blocker(tmp_path, ["udp://127.0.0.1:9"], "", 1)
    starting = threading.Thread(target=server.start)
    starting.start()
    try:
        server.wait_until(lambda: server.process and server.child_pids())
        os.kill(server.pid, signal.SIGHUP)
        starting.join()
        assert server.address() == "0.0.0.0"
        server.wait_until(lambda: "reload: generation 2 is in force" in server.log.read_text(), 15)
    finally:
        starting.join()
        server.kill_all()


def test_a_privileged_port_without_the_right(tmp_path: Path) -> None:
    limit = int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text())
    said = refusal(tmp_path, listening(limit - 1), without="-net_bind_service")
    assert f"port {limit - 1} needs rights" in said
    assert "CAP_NET_BIND_SERVICE" in said
    assert "\n" not in said


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").touch(mode=0)
    without = "-dac_override,-dac_read_search"
    said = refusal(tmp_path, "", without=without, file="secret.yaml")
    assert "secret.yaml cannot be read: permission denied" in said
    assert "\n" not in said


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "missing.yaml does not exist" in refusal(tmp_path, "", file="missing.yaml")


def test_all_that_is_wrong_is_said_at_once_with_its_line(tmp_path: Path) -> None:
    said = refusal(tmp_path, "dns: {listne: []}\nrules: {block: ['http://x.example/']}\n")
    assert f"{tmp_path}/blocker.yaml:2: " in said
    assert f"{tmp_path}/blocker.yaml:3: " in said


def test_a_state_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    said = refusal(tmp_path, listening(free_port()))
    assert "state: to another path" in said
    assert "\n" not in said


def test_admin_is_not_shown_to_the_network_without_a_token(tmp_path: Path) -> None:
    open_to_all = listening(free_port(), f"0.0.0.0:{free_port()}")
    said = refusal(tmp_path, open_to_all)
    assert "tokens would pass in clear text" in said
    said = refusal(tmp_path, open_to_all.replace("admin: {", "admin: {tokens_in_clear: on, "))
    assert "no token guards it" in said
    assert "blocker token create" in said


def test_admin_on_the_network_with_a_token(tmp_path: Path) -> None:
    server = Blocker(tmp_path, ["udp://127.0.0.1:9"], "", 1)
    text = server.config.read_text().replace(
        "admin: {listen: '127.0.0.1", "admin: {tokens_in_clear: on, listen: '0.0.0.0"
    )
    server.config.write_text(text)
    token = server.token("read")
    try:
        server.start()
        server.wait_until(lambda: server.http("GET", "status", token=token).status == 200)
    finally:
        server.kill_all()


def test_root_becomes_the_user_it_is_told(tmp_path: Path) -> None:
    for parent in (tmp_path, *tmp_path.parents[:2]):
        parent.chmod(0o755)
    if not nobody_can_run_python():
        said = refusal(tmp_path, listening(free_port()) + "user: nobody\n")
        assert "the user nobody cannot read" in said
        return
    with blocker(tmp_path, extra="user: nobody\n") as server:
        pids = [server.pid, *server.child_pids()]
        uids = {Path(f"/proc/{pid}").stat().st_uid for pid in pids}
        assert uids == {NOBODY if os.geteuid() == 0 else os.geteuid()}
        server.wait_until_ready()
        reloaded = server.http("POST", "reload", token=server.token())
        assert reloaded.status == 200, reloaded.body


def nobody_can_run_python() -> bool:
    """Whoever is not root runs everything as themselves; root's Python may lie in /root."""
    if os.geteuid() != 0:
        return True
    as_nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    readable = ["test", "-r", sys.executable, "-a", "-r", os.__file__]
    return subprocess.run([*as_nobody, *readable], timeout=10).returncode == 0


def test_few_descriptors_are_enough(tmp_path: Path) -> None:
    """A shell's usual limit: 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(1024, soft), hard))
    try:
        with blocker(tmp_path, workers=4) as server:
            server.wait_until_ready()
            assert server.address() == "0.0.0.0"
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
