"""Finding the file, reading it, and what one section says of another."""

import os
from pathlib import Path

import pytest

from blocker.config import load as loading
from blocker.config import load_config, unknown_vendors
from blocker.config.load import default_state, leads_to
from blocker.config.units import Endpoint
from blocker.errors import StartError
from tests.support.certificates import certificates
from tests.support.configs import complaints, load


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(loading, "SEARCHED", (Path("blocker.yaml"), tmp_path / "etc.yaml"))
    config = load_config()
    assert config.file is None
    assert config.state == tmp_path / "state"


def test_the_first_file_found_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(loading, "SEARCHED", (Path("blocker.yaml"), tmp_path / "etc.yaml"))
    (tmp_path / "etc.yaml").write_text("user: second", encoding="utf-8")
    assert load_config().user == "second"
    (tmp_path / "blocker.yaml").write_text("user: first", encoding="utf-8")
    assert load_config().user == "first"
    assert load_config(tmp_path / "etc.yaml").user == "second"


def test_search_order() -> None:
    assert list(map(str, loading.SEARCHED)) == ["blocker.yaml", "/etc/blocker/blocker.yaml"]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StartError, match=r"none.yaml does not exist; check the path after -c"):
        load_config(tmp_path / "none.yaml")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="cannot be read: Is a directory"):
        load_config(tmp_path)


def test_paths_count_from_the_folder_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    (tmp_path / "mine").mkdir()
    config = load(tmp_path, "state: ../s\nlists: mine\n")
    assert os.path.normpath(config.state) == str(tmp_path.parent / "s")
    assert config.lists == tmp_path / "mine"


def test_state_is_beside_the_file_but_never_below_etc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load(tmp_path, "").state == tmp_path / "state"
    assert str(default_state(Path("/etc/blocker"))) == "/var/lib/blocker"
    assert default_state(Path("/etcetera")) == Path("/etcetera/state")
    monkeypatch.setattr(loading, "ETC", tmp_path)
    config = load(tmp_path, "user: nobody\n")
    assert (str(config.state), str(config.overlay)) == (
        "/var/lib/blocker",
        "/var/lib/blocker/lists.d",
    )
    assert load(tmp_path, "state: s\n").state == tmp_path / "s"


def test_ones_own_lists_are_in_the_state_folder_unless_it_is_said_where(tmp_path: Path) -> None:
    assert load(tmp_path, "state: s\n").overlay == tmp_path / "s" / "lists.d"
    assert load(tmp_path, "overlay:\n").overlay == tmp_path / "state" / "lists.d"
    (tmp_path / "own").mkdir()
    assert load(tmp_path, "overlay: own\n").overlay == tmp_path / "own"
    assert complaints(tmp_path, "overlay: none\n") == [
        f"1: overlay: no folder {tmp_path}/none; make it, or leave it out"
    ]


def test_all_faults_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    said = complaints(tmp_path, "cache: {size: 1}\nblocking:\n  ttl: 5\nfoo: 1\nuser: 7\n")
    assert [line.split(": ")[:2] for line in said] == [
        ["1", "cache.size"],
        ["3", "blocking.ttl"],
        ["4", "foo"],
        ["5", "user"],
    ]


def test_an_upstream_that_is_ourselves(tmp_path: Path) -> None:
    said = complaints(
        tmp_path,
        """dns: {listen: ["0.0.0.0:53", "[::1]:5353"]}
upstreams:
  - udp://127.0.0.2
  - udp://127.0.0.2:5353
  - tcp://[::1]:5353
""",
    )
    assert [line.partition(";")[0] for line in said] == [
        "3: upstreams[1]: udp://127.0.0.2 is this resolver itself, listening on 0.0.0.0:53",
        "5: upstreams[3]: tcp://[::1]:5353 is this resolver itself, listening on [::1]:5353",
    ]


def test_an_upstream_that_is_ourselves_encrypted(tmp_path: Path) -> None:
    papers = f"certificate: {certificates() / 'server.pem'}, key: {certificates() / 'server.key'}"
    said = complaints(
        tmp_path,
        f"""dns: {{listen: ["127.0.0.1:53"], encrypted: {{{papers}}}}}
upstreams:
  - tls://127.0.0.1#dns.home.example
  - {{url: "https://dns.home.example/dns-query", addresses: [127.0.0.1]}}
  - tls://127.0.0.1:854#dns.home.example
""",
    )
    assert [line.split()[-1] for line in said] == ["circles"] * 2
    assert "listening on 0.0.0.0:853" in said[0]
    assert "listening on 0.0.0.0:443" in said[1]


def test_only_an_address_of_this_machine_leads_back_to_a_wildcard() -> None:
    every = Endpoint("0.0.0.0", 53)
    assert leads_to(Endpoint("127.0.0.1", 53), every)
    assert not leads_to(Endpoint("127.0.0.1", 54), every)
    assert not leads_to(Endpoint("203.0.113.77", 53), every)  # TEST-NET-3 is nobody's
    assert not leads_to(Endpoint("::1", 53), every)


def test_files_that_are_not_there_are_faults(tmp_path: Path) -> None:
    said = complaints(
        tmp_path,
        "lists: none\nsubscriptions:\n- {name: mine, match: exact,\n   source: none.txt}\n",
    )
    assert said == [
        f"1: lists: no folder {tmp_path}/none; write one that exists",
        f"4: subscriptions[mine].source: no file {tmp_path}/none.txt; "
        "relative paths count from the folder of this file",
    ]


def test_admin_and_dns_cannot_share_a_port(tmp_path: Path) -> None:
    written = 'dns: {listen: ["127.0.0.1:8053"]}\nadmin: {listen: "127.0.0.1:8053"}\n'
    assert complaints(tmp_path, written) == [
        "2: admin.listen: 127.0.0.1:8053 answers DNS; choose another port"
    ]


def test_a_vendor_no_list_knows(tmp_path: Path) -> None:
    config = load(tmp_path, "blocking:\n  vendors:\n    oppo: off\n    xiaomy: off\n")
    (problem,) = unknown_vendors(config, {"oppo", "xiaomi"})
    assert (problem.line, problem.instead) == (4, "did you mean xiaomi?")


def test_what_groups_name_is_looked_at_too(tmp_path: Path) -> None:
    group = """groups:
  - name: kids
    clients: [192.0.2.10]
    blocking:
      vendors: {xiaomy: off}
"""
    (problem,) = unknown_vendors(load(tmp_path, group), {"oppo", "xiaomi"})
    assert problem.where == "groups[kids].blocking.vendors.xiaomy"
    assert (problem.line, problem.instead) == (5, "did you mean xiaomi?")
    (said,) = complaints(tmp_path, f"{group}    upstreams: [udp://127.0.0.1]\n")
    assert said.startswith("6: groups[kids].upstreams[1]: udp://127.0.0.1 is this resolver itself")
