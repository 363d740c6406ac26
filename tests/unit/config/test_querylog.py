"""`query_log:` what may be written, what it is without a word, and what is said of a mistake."""

from pathlib import Path

import pytest

from tests.support.configs import complaints, load


def test_as_it_comes(tmp_path: Path) -> None:
    log = load(tmp_path, "").query_log
    assert (log.store, log.retention, log.size) == ("sqlite:///querylog.db", 90 * 86_400, 1 << 30)
    assert (log.clients, log.names) == ("full", "full")
    assert (log.ignore.names, log.ignore.clients) == ((), ())


def test_all_of_it(tmp_path: Path) -> None:
    log = load(
        tmp_path,
        "query_log:\n  store: postgres://me:pw@127.0.0.1/log\n  retention: 30d\n  size: 64MiB\n"
        "  clients: hashed\n  names: vendors\n"
        "  ignore: {names: [Example.ORG.], clients: [192.0.2.7, '2001:db8::/32']}\n",
    ).query_log
    assert log.store == "postgresql://me:pw@127.0.0.1/log"
    assert log.ignore.names == ("example.org",)
    assert [str(each) for each in log.ignore.clients] == ["192.0.2.7/32", "2001:db8::/32"]


@pytest.mark.parametrize("written", ["query_log: off", "query_log: {store: none}"])
def test_off(tmp_path: Path, written: str) -> None:
    assert load(tmp_path, written).query_log.store == ""


@pytest.mark.parametrize(
    "written, said",
    [
        ("store: mysql://x", "mysql://x is no store; write sqlite:///querylog.db"),
        ("retention: 5m", "is shorter than an hour; write 1h or more"),
        ("retention: 90", "90 is not a duration; write 90s"),
        ("size: 1MiB", "is too small for a log; write 16MiB or more"),
        ("clients: some", "some"),
        ("ignore: {names: ['a b.example..']}", "is not a name; write one like example.org"),
        ("ignore: {clients: [192.0.2.1/24]}", "write 192.0.2.0/24"),
    ],
)
def test_a_mistake_has_its_line_and_what_to_write(tmp_path: Path, written: str, said: str) -> None:
    (complaint,) = complaints(tmp_path, f"query_log:\n  {written}\n")
    assert complaint.startswith("2: query_log.")
    assert said in complaint
