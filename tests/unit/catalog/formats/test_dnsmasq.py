"""dnsmasq's configuration."""

import pytest

from blocker.catalog.formats import dnsmasq
from blocker.core.names import from_text
from tests.support.reading import read


@pytest.mark.parametrize(
    "line, said",
    [
        ("address=/example.org/", ["1 example.org"]),
        ("address=/Example.ORG/0.0.0.0", ["1 example.org"]),
        ("address=/example.org/#", ["1 example.org"]),
        ("address=/example.org/127.0.0.1", ["1 example.org"]),
        ("address=/example.org/::", ["1 example.org"]),
        ("local=/example.org/", ["1 example.org"]),
        ("server=/example.org/", ["1 example.org"]),
        ("--address=/example.org/", ["1 example.org"]),
        ("address=/.example.org/", ["1 example.org"]),
        ("address=/example.org/ # why", ["1 example.org"]),
        ("address=/a.org/b.org/0.0.0.0", ["1 a.org", "1 b.org"]),
        ("local=/lan/", ["1 lan"]),
        ("address=/*.example.org/", ["1 *.example.org"]),
        ("server=/example.org/#", ["1 @@example.org"]),
    ],
)
def test_names(line: str, said: list[str]) -> None:
    told = read(dnsmasq.items, line)
    assert (told.names, told.rules, told.bad, told.ignored) == (said, [], [], [])


def test_a_line_may_be_taken_for_its_name_alone() -> None:
    assert read(dnsmasq.items, "address=/a.org/", match="exact").names == ["1 =a.org"]


def test_a_star_may_stand_for_a_part_of_a_label() -> None:
    rule = read(dnsmasq.items, "address=/*tail.org/").rule
    assert (rule.match, rule.text, rule.action) == ("regex", "tail[.]org$", "block")
    assert read(dnsmasq.items, "server=/*tail.org/#").rule.action == "allow"


def test_records() -> None:
    told = read(
        dnsmasq.items,
        ["address=/nas.org/192.0.2.1", "host-record=h.org,h,192.0.2.2,2001:db8::2,60",
         "cname=a.org,b.org,c.org,30"],
    )  # fmt: skip
    nas, h_org, h, a, b = told.rules
    assert (nas.match, nas.records[0].rdata) == ("subtree", b"\xc0\x00\x02\x01")
    assert [record.rtype for record in h_org.records] == [1, 28]
    assert (h.name, h.match, h.records) == (b"\x01h\x00", "exact", h_org.records)
    assert (a.name, b.name) == (from_text("a.org"), from_text("b.org"))
    assert [(record.rtype, record.rdata) for record in a.records] == [(5, from_text("c.org"))]


def test_a_list_that_may_not_rewrite_has_its_records_refused() -> None:
    told = read(dnsmasq.items, ["address=/a.org/192.0.2.1", "cname=a.org,b.org"], rewrites=False)
    assert (told.names, told.rules, len(told.bad)) == ([], [], 2)


@pytest.mark.parametrize(
    "line, why",
    [
        ("address=/#/", "covers every name"),
        ("address=/a..org/", "not a domain name"),
        ("address=/a.org/nowhere", "not an address"),
        ("host-record=h.org", "are missing"),
        ("cname=a.org", "are missing"),
    ],
)
def test_wrong_options(line: str, why: str) -> None:
    told = read(dnsmasq.items, line)
    assert (told.names, told.rules) == ([], [])
    assert [why in complaint for complaint in told.bad] == [True]


@pytest.mark.parametrize(
    "line", ["server=/a.org/192.0.2.1", "server=192.0.2.1", "bogus-priv", "cache-size=150"]
)
def test_options_that_block_nothing_are_counted(line: str) -> None:
    told = read(dnsmasq.items, line)
    assert (told.names, told.rules, told.bad, len(told.ignored)) == ([], [], [], 1)


@pytest.mark.parametrize("line", ["", "# address=/a.org/"])
def test_comments(line: str) -> None:
    told = read(dnsmasq.items, line)
    assert (told.names, told.bad, told.ignored) == ([], [], [])
