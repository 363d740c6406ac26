"""dnsmasq's lines; tests/integration asks the program itself."""

from blocker.core.sinkhole import Sinkhole
from blocker.export.dnsmasq import body
from tests.support.exported import NULL, selection
from tests.support.rules import entry, keep

RULES = (entry("a.example.com"), keep("b.a.example.com"), entry("=c.example.com"))


def test_a_name_an_exception_and_a_name_alone() -> None:
    made = body(selection(*RULES), NULL, 1)
    assert list(made.lines) == [
        "address=/a.example.com/#",
        "local=/a.example.com/",
        "server=/b.a.example.com/#",
        "host-record=c.example.com,0.0.0.0,::",
    ]
    assert made.count == 2
    assert list(made.lost) == [
        "names blocked alone get 0.0.0.0 and ::; of them other types are forwarded"
    ]


def test_answers() -> None:
    chosen = selection(entry("a.example.com"))
    assert list(body(chosen, Sinkhole("nxdomain"), 1).lines) == ["address=/a.example.com/"]
    own = Sinkhole(ipv4=(bytes((192, 0, 2, 9)),))
    assert list(body(chosen, own, 1).lines) == [
        "address=/a.example.com/192.0.2.9",
        "address=/a.example.com/::",
        "local=/a.example.com/",
    ]
    assert list(body(chosen, Sinkhole("refused"), 1).lost) == [
        "blocked names get NXDOMAIN: dnsmasq cannot say refused"
    ]
