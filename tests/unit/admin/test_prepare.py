"""From a configuration file to the plain values that workers run with."""

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from blocker.admin import prepare
from blocker.admin.prepare import main, make_plan
from blocker.catalog.compile import compile_ruleset
from blocker.errors import Problems, StartError
from blocker.tokens import TokenStore
from tests.support.backend import first_plan, plain
from tests.support.certificates import certificates, expired
from tests.support.lists import XIAOMI, entry, write_lists

FULL = """
dns: {listen: ["127.0.0.1:5300", "[::1]:5300"], workers: 2, allow_from: [198.51.100.0/24]}
blocking:
  answer: {ipv4: 192.0.2.80, ipv6: "2001:db8::80"}
  ttl: 1m
  max_breakage: major
  vendors: {xiaomi: {state: shadow, purposes: [push, analytics]}}
rules: {allow: [a.example], block: ["=b.example"]}
cache: {size: 2MiB, min_ttl: 5s, max_ttl: 1h, serve_stale: 2h}
admin: {listen: "127.0.0.1:8054"}
user: nobody
"""


def test_every_setting_arrives(tmp_path: Path) -> None:
    plan = first_plan(tmp_path, FULL)
    assert plan.listen == [("127.0.0.1", 5300), ("::1", 5300)]
    assert plan.workers == 2
    assert plan.admin == ("127.0.0.1", 8054)
    assert plan.state == str(tmp_path / "state")
    assert plan.user == "nobody"
    generation = plan.generation
    assert generation.groups[0]["blocking"] == {
        "answer": {"ipv4": "192.0.2.80", "ipv6": "2001:db8::80"},
        "ttl": 60,
        "max_breakage": "major",
        "vendors": {
            "xiaomi": {"state": "shadow", "purposes": ["analytics", "push"], "max_breakage": None}
        },
        "purposes": {},
        "lists": {},
    }
    file = str(tmp_path / "blocker.yaml")
    assert generation.rules == [
        {"action": "allow", "text": "a.example", "list": file, "line": 11},
        {"action": "block", "text": "=b.example", "list": file, "line": 11},
    ]
    assert generation.upstreams == [{"url": "udp://192.0.2.53"}]
    assert generation.allow_from == ["198.51.100.0/24"]
    assert generation.cache == {
        "size": 2 << 20, "min_ttl": 5, "max_ttl": 3600, "serve_stale": 7200,
    }  # fmt: skip
    assert plan.sources["paper"].url == "https://example.org/p"


def test_a_certificate_that_cannot_be_used_is_a_warning(tmp_path: Path) -> None:
    pem, key = expired(tmp_path)
    files = f"dns: {{encrypted: {{certificate: {pem}, key: {key}, tls: ['127.0.0.1:8853']}}}}\n"
    plan = first_plan(tmp_path, files)
    (warning,) = plan.warnings
    assert "certificate has expired" in warning
    assert plan.generation.encrypted is not None
    assert plan.generation.encrypted["name"] == "past.example"
    assert plan.dot == [("127.0.0.1", 8853)]
    pem.unlink()
    (warning,) = make_plan(tmp_path / "blocker.yaml").warnings
    assert "no file" in warning


def test_the_same_input_is_compiled_once(tmp_path: Path) -> None:
    first = make_plan(first_config(tmp_path))
    path = Path(first.generation.ruleset)
    written = path.stat().st_ino
    assert make_plan(tmp_path / "blocker.yaml") == first
    assert path.stat().st_ino == written


def test_a_ruleset_in_force_stays_until_another_is(tmp_path: Path) -> None:
    old = Path(first_plan(tmp_path).generation.ruleset)
    os.utime(old, (0, 0))
    (tmp_path / "lists/vendors/xiaomi.yaml").write_text(XIAOMI + entry("new.miui.com"))
    plan = make_plan(tmp_path / "blocker.yaml")  # which a worker may refuse
    assert plan.generation.ruleset != str(old)
    assert old.exists()
    plan.generation.write(tmp_path / "state")
    make_plan(tmp_path / "blocker.yaml")
    assert not old.exists()


def first_config(folder: Path) -> Path:
    write_lists(folder / "lists")
    path = folder / "blocker.yaml"
    path.write_text(plain(folder))
    return path


@pytest.mark.parametrize(
    "extra, rules, vendors",
    [
        ("", 1, 1),
        ("blocking: {vendors: {xiaomi: off}}\n", 0, 0),
        ("blocking: {vendors: {xiaomi: shadow}}\n", 1, 1),
        ("blocking: {max_breakage: major}\n", 2, 1),
        ("rules: {block: [a.example, b.example], allow: [c.example]}\n", 3, 1),
    ],
)
def test_only_what_is_in_force_is_counted(
    tmp_path: Path, extra: str, rules: int, vendors: int
) -> None:
    more = entry("heavy.miui.com", breakage="major", breaks="everything")
    write_lists(tmp_path / "lists", xiaomi=XIAOMI + more)
    plan = first_plan(tmp_path, extra)
    assert (plan.rules, plan.vendors) == (rules, vendors)


def test_tokens_are_noticed(tmp_path: Path) -> None:
    assert not first_plan(tmp_path).tokens
    TokenStore(tmp_path / "state").create("one", "read")
    assert first_plan(tmp_path).tokens


def test_a_state_folder_that_cannot_be_written(tmp_path: Path) -> None:
    path = first_config(tmp_path)
    (tmp_path / "state").touch()
    with pytest.raises(StartError, match="state: to another path"):
        make_plan(path)


def test_a_folder_that_leads_elsewhere_is_named(tmp_path: Path) -> None:
    path = first_config(tmp_path)
    (elsewhere := tmp_path / "elsewhere").mkdir()
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "rulesets").symlink_to(elsewhere)
    with pytest.raises(StartError, match=f"cannot write {tmp_path}/state/rulesets: "):
        make_plan(path)
    assert not list(elsewhere.iterdir())


def test_the_vendors_of_switches_must_exist(tmp_path: Path) -> None:
    with pytest.raises(Problems, match="xiaomy"):
        first_plan(tmp_path, "blocking: {vendors: {xiaomy: off}}\n")


def test_what_is_printed_is_a_plan_or_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = first_config(tmp_path)
    assert main([str(path)]) == 0
    assert json.loads(capsys.readouterr().out)["config"] == str(path)
    path.write_text("unknown: 1\n")
    assert main([str(path)]) == 1
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert problem["line"] == 1


def test_a_server_starts_though_its_disk_takes_no_ruleset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "blocker.yaml"
    file.write_text(f"lists: {write_lists(tmp_path / 'lists')}\nstate: {tmp_path / 'state'}\n")
    (tmp_path / "spare").mkdir()

    def failing(catalogue: Any, subscriptions: Any, folder: Path, progress: Any) -> Path:
        if folder.is_relative_to(tmp_path / "state"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
        return compile_ruleset(catalogue, subscriptions, folder, progress)

    monkeypatch.setattr(prepare, "compile_ruleset", failing)
    monkeypatch.setattr(prepare, "spare_folder", lambda state: tmp_path / "spare")
    plan = make_plan(file, starting=True)
    assert Path(plan.generation.ruleset).parent == tmp_path / "spare"
    with pytest.raises(StartError, match="No space left on device"):  # of a reload
        make_plan(file)


def test_where_it_answers_encrypted_arrives(tmp_path: Path) -> None:
    pem, key = certificates() / "server.pem", certificates() / "server.key"
    text = f"dns: {{encrypted: {{certificate: {pem}, key: {key}, tls: ['127.0.0.1:8853']}}}}\n"
    plan = first_plan(tmp_path, text)
    assert plan.dot == [("127.0.0.1", 8853)]
    assert plan.doh == [("0.0.0.0", 443), ("::", 443)]
    assert plan.generation.encrypted == {
        "certificate": str(pem), "key": str(key), "name": "lists.example",
    }  # fmt: skip
    assert first_plan(tmp_path).generation.encrypted is None
