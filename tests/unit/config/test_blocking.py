"""What blocked names are answered with, and the vendors' switches."""

from ipaddress import ip_address
from pathlib import Path

import pytest

from blocker.config import Config
from blocker.config.blocking import OwnAddresses
from tests.support.configs import complaints, load


def test_defaults() -> None:
    blocking = Config().blocking
    assert (blocking.answer, blocking.ttl, blocking.max_breakage) == ("null-ip", 30, "minor")
    assert blocking.vendors == {}


@pytest.mark.parametrize("word", ["null-ip", "nxdomain", "nodata", "refused"])
def test_answer_as_a_word(tmp_path: Path, word: str) -> None:
    assert load(tmp_path, f"blocking: {{answer: {word}}}").blocking.answer == word


def test_answer_with_addresses_of_ones_own(tmp_path: Path) -> None:
    written = 'blocking: {answer: {ipv4: 192.0.2.80, ipv6: "2001:db8::80"}}'
    answer = load(tmp_path, written).blocking.answer
    assert isinstance(answer, OwnAddresses)
    assert (answer.ipv4, answer.ipv6) == (ip_address("192.0.2.80"), ip_address("2001:db8::80"))
    assert answer.model_dump(mode="json") == {"ipv4": "192.0.2.80", "ipv6": "2001:db8::80"}


@pytest.mark.parametrize(
    "answer, said",
    [
        ("nxdomian", "blocking.answer: nxdomian is not known here; did you mean nxdomain?"),
        ("{ipv4: 192.0.2.80}", "blocking.answer.ipv6: is missing; add `ipv6:`"),
        (
            "{ipv4: '::', ipv6: '::'}",
            "blocking.answer.ipv4: :: is not an IPv4 address; write one like 192.0.2.80",
        ),
    ],
)
def test_no_answer(tmp_path: Path, answer: str, said: str) -> None:
    assert complaints(tmp_path, f"blocking: {{answer: {answer}}}") == [f"1: {said}"]


def test_vendors(tmp_path: Path) -> None:
    vendors = load(
        tmp_path,
        """
blocking:
  vendors:
    xiaomi: off
    oppo: shadow
    vivo: {purposes: [analytics, push], max_breakage: major}
    realme: on
""",
    ).blocking.vendors
    assert {name: switch.state for name, switch in vendors.items()} == {
        "xiaomi": "off",
        "oppo": "shadow",
        "vivo": "on",
        "realme": "on",
    }
    assert (vendors["vivo"].purposes, vendors["vivo"].max_breakage) == (
        ("analytics", "push"),
        "major",
    )


@pytest.mark.parametrize(
    "vendors, said",
    [
        ("{xiaomi: offf}", "xiaomi: offf is not known here; did you mean off?"),
        ("{xiaomi: false}", "xiaomi: false is not a switch; write off"),
        ("{Xiaomi: off}", "Xiaomi: Xiaomi is not the name of a vendor; write it in lower case"),
        ("{xiaomi: {purposes: [ads]}}", "xiaomi.purposes[1]: ads is not a purpose; "),
        ("{xiaomi: {purposes: []}}", "xiaomi.purposes: chooses nothing; write `off`"),
        ("{xiaomi: {max_breakage: severe}}", "xiaomi.max_breakage: severe is not known here; "),
        ("{xiaomi: {purpose: [cdn]}}", "xiaomi.purpose: unknown key; did you mean purposes?"),
    ],
)
def test_no_vendor(tmp_path: Path, vendors: str, said: str) -> None:
    (complaint,) = complaints(tmp_path, f"blocking: {{vendors: {vendors}}}")
    assert complaint.startswith(f"1: blocking.vendors.{said}")


def test_purposes(tmp_path: Path) -> None:
    written = "blocking: {purposes: {advertising: shadow, push: on, analytics: off}}"
    purposes = load(tmp_path, written).blocking.purposes
    assert purposes == {"advertising": "shadow", "push": "on", "analytics": "off"}
    assert Config().blocking.purposes == {}


@pytest.mark.parametrize(
    "purposes, said",
    [
        ("{adverts: on}", "adverts: adverts is not a purpose; did you mean advertising?"),
        ("{push: true}", "push: true is not a switch; write on"),
        ("{push: of}", "push: of is not known here; did you mean off?"),
    ],
)
def test_no_purpose(tmp_path: Path, purposes: str, said: str) -> None:
    (complaint,) = complaints(tmp_path, f"blocking: {{purposes: {purposes}}}")
    assert complaint == f"1: blocking.purposes.{said}"
