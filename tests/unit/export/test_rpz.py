"""A response policy zone's records; tests/integration asks BIND itself."""

from blocker.core.sinkhole import Sinkhole
from blocker.export.rpz import body
from tests.support.exported import NULL, selection
from tests.support.rules import entry, keep

RULES = (entry("a.example.com"), keep("c.b.a.example.com"), entry("=d.example.com"))


def test_owners_exceptions_and_what_lies_between() -> None:
    made = body(selection(*RULES), NULL, 2026112301)
    assert list(made.lines) == [
        "$TTL 30",
        "@ SOA localhost. nobody.invalid. 2026112301 3600 1200 604800 30",
        "@ NS localhost.",
        "a.example.com CNAME .",
        "*.a.example.com CNAME .",
        "b.a.example.com CNAME .",
        "*.b.a.example.com CNAME .",
        "c.b.a.example.com CNAME rpz-passthru.",
        "*.c.b.a.example.com CNAME rpz-passthru.",
        "d.example.com CNAME .",
    ]
    assert made.count == 2


def test_answers() -> None:
    chosen = selection(entry("=a.example.com"))
    assert body(chosen, Sinkhole("nodata"), 1).lines[3:] == ["a.example.com CNAME *."]
    own = Sinkhole(ipv4=(bytes((192, 0, 2, 9)),))
    assert body(chosen, own, 1).lines[3:] == ["a.example.com A 192.0.2.9", "a.example.com AAAA ::"]
    refused = body(chosen, Sinkhole("refused"), 1)
    assert refused.lines[3:] == ["a.example.com CNAME ."]
    assert list(refused.lost) == ["blocked names get NXDOMAIN: a policy zone cannot say refused"]
