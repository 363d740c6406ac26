"""Records and hosts files: what can be written, and what it comes to."""

from pathlib import Path

import pytest

from blocker.config.records import Records, folded, read_hosts, records_of
from blocker.core.names import from_text
from blocker.errors import Problem
from tests.support.configs import complaints, load


def test_records(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        "records:\n  NAS.lan.: 192.168.1.5\n  '*.dev.example': [192.168.1.6, 'FD00::6']\n"
        "  brücke.example: nas.lan\n",
    )
    assert config.records == {
        "nas.lan": ("192.168.1.5",),
        "*.dev.example": ("192.168.1.6", "fd00::6"),
        "xn--brcke-lva.example": ("nas.lan",),
    }


def test_a_name_may_stand_for_itself(tmp_path: Path) -> None:
    config = load(tmp_path, "records:\n  '*.a.example': '*.A.example'\n  b.example: b.example\n")
    assert config.records == {"*.a.example": ("*.a.example",), "b.example": ("b.example",)}


def test_their_wire_form() -> None:
    records: Records = {"a": ("192.0.2.1", "::1"), "*.b": ("c.org",)}
    assert [
        (each["name"], each["type"], each["ttl"], each["rdata"], each["list"], each["line"])
        for each in records_of(records, "f", {"a": 2, "*.b": 3})
    ] == [
        ("a", 1, 60, "c0000201", "f", 2),
        ("a", 28, 60, "00" * 15 + "01", "f", 2),
        ("*.b", 5, 60, from_text("c.org").hex(), "f", 3),
    ]


def test_nothing_leads_to_many_names(tmp_path: Path) -> None:
    (complaint,) = complaints(tmp_path, "records:\n  '*.a.org': '*.b.org'\n")
    assert complaint.endswith("*.a.org leads to *.b.org, which are many names; write one of them")


@pytest.mark.parametrize("written, name", [("A.org", "a.org"), ("*.A.org.", "*.a.org")])
def test_names_have_one_form(written: str, name: str) -> None:
    assert folded(written) == name


@pytest.mark.parametrize(
    "name, value, said",
    [
        ("nas.lan", "192.168.1", "192.168.1 is neither an address nor a name; "),
        ("nas.lan", "192.168.1.500", "192.168.1.500 is neither an address nor a name; "),
        ("nas.lan", "5", "5 is not an address or a name; write it in quotes"),
        ("nas.lan", "[]", "is empty; write an address or a name"),
        ("nas.lan", "[192.168.1.5, other.lan]", "a name stands beside something else; "),
        ("nas.lan", "a..b", "'a..b' has an empty label; write a domain name"),
        ("'*.a.*.org'", "192.168.1.5", "*.a.*.org is not a name; write one like nas.lan"),
        ("a..b", "192.168.1.5", "'a..b' has an empty label; write a domain name"),
        ("nas.lan", "'*.*.lan'", "*.*.lan is not a name; write one like nas.lan"),
    ],
)
def test_faults(tmp_path: Path, name: str, value: str, said: str) -> None:
    (complaint,) = complaints(tmp_path, f"records:\n  {name}: {value}\n")
    assert complaint.partition(": ")[2].startswith(f"records.{name.strip(chr(39))}: {said}")


def test_a_hosts_file(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    path.write_text(
        "127.0.0.1 localhost\n::1 localhost ip6-loopback\nff02::1 ip6-allnodes\n"
        "fe80::1%eth0 router.lan\n192.0.2.7 nas.lan NAS # storage\n192.0.2.7 nas.lan\n"
        "192.0.2.7 other.lan\n::ffff:1.2.3.4 mapped.lan\nnonsense\n127.0.1.1 own.lan\n"
    )
    problems: list[Problem] = []
    found = {(each["name"], each["type"]): (each["rdata"], each["line"])
             for each in read_hosts(path, problems) if each["type"] != 12}  # fmt: skip
    assert found == {
        ("ip6-loopback", 28): ("00" * 15 + "01", 2),
        ("nas.lan", 1): ("c0000207", 5),
        ("nas", 1): ("c0000207", 5),
        ("other.lan", 1): ("c0000207", 7),
        ("mapped.lan", 28): ("00" * 10 + "ffff01020304", 8),
        ("own.lan", 1): ("7f000101", 10),
    }
    assert [str(each).removeprefix(str(path)) for each in problems] == [
        ":9: nonsense is not an address; write an address and then its names"
    ]


def test_an_address_leads_back_to_the_first_name_of_each_line(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    path.write_text("127.0.1.1 own\n192.0.2.7 nas.lan nas\n192.0.2.7 other.lan\n")
    pointers = [each for each in read_hosts(path, []) if each["type"] == 12]
    assert [(each["name"], bytes.fromhex(each["rdata"])) for each in pointers] == [
        ("7.2.0.192.in-addr.arpa", from_text("nas.lan")),
        ("7.2.0.192.in-addr.arpa", from_text("other.lan")),
    ]


def test_a_hosts_file_that_is_gone(tmp_path: Path) -> None:
    problems: list[Problem] = []
    assert read_hosts(tmp_path / "none", problems) == []
    assert str(problems[0]).endswith("none: cannot be read: No such file or directory")
