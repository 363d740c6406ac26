"""Unbound's lines; tests/integration asks the program itself."""

from blocker.core.sinkhole import Sinkhole
from blocker.export.unbound import body
from tests.support.exported import NULL, selection
from tests.support.rules import entry, keep

RULES = (entry("a.example.com"), keep("b.a.example.com"), entry("=c.example.com"))


def test_a_name_an_exception_and_a_name_alone() -> None:
    made = body(selection(*RULES), NULL, 1)
    assert [line.strip() for line in made.lines] == [
        "server:",
        'local-zone: "a.example.com." always_null',
        'local-zone: "b.a.example.com." always_transparent',
        'local-zone: "c.example.com." transparent',
        'local-data: "c.example.com. 30 A 0.0.0.0"',
        'local-data: "c.example.com. 30 AAAA ::"',
    ]
    assert made.count == 2


def test_answers() -> None:
    made = body(selection(*RULES), Sinkhole("nxdomain"), 1)
    assert [line.strip() for line in made.lines[1:]] == [
        'local-zone: "a.example.com." always_nxdomain',
        'local-zone: "b.a.example.com." always_transparent',
        'local-zone: "c.example.com." transparent',
        'local-data: "c.example.com. 30 TXT blocked"',
    ]
    assert made.lost[0].startswith("names blocked alone get NODATA")
    own = body(selection(RULES[0]), Sinkhole(ipv4=(bytes((192, 0, 2, 9)),), ttl=5), 1)
    assert [line.strip() for line in own.lines[1:]] == [
        'local-zone: "a.example.com." redirect',
        'local-data: "a.example.com. 5 A 192.0.2.9"',
        'local-data: "a.example.com. 5 AAAA ::"',
    ]
