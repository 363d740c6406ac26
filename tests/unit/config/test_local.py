"""The names that a configuration answers itself."""

from pathlib import Path

from blocker.config import Config
from blocker.config.local import local_records
from tests.support.configs import complaints, load


def test_records_come_before_hosts_files(tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text("192.0.2.1 nas.lan pc.lan\nbad\n")
    config = load(tmp_path, "records:\n  NAS.lan: 192.0.2.9\nhosts: [hosts]\n")
    found = local_records(config)
    addresses = [(each["name"], each["rdata"], Path(each["list"]).name, each["line"])
                 for each in found.records if each["type"] == 1]  # fmt: skip
    assert addresses == [
        ("nas.lan", "c0000209", "blocker.yaml", 2),
        ("pc.lan", "c0000201", "hosts", 1),
    ]
    assert len(found.problems) == 1


def test_without_any() -> None:
    assert local_records(Config()).records == []


def test_a_hosts_file_that_is_not_there(tmp_path: Path) -> None:
    assert complaints(tmp_path, "hosts: [none]\n") == [
        f"1: hosts[1]: no file {tmp_path}/none; relative paths count from the folder of this file"
    ]
