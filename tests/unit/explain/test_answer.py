"""Replies of ours, read back."""

from ipaddress import ip_address

import pytest

from blocker.core.engine import Engine, View
from blocker.core.sinkhole import Sinkhole
from blocker.explain.answer import read_reply
from blocker.explain.explanation import AnswerShown
from tests.support.packets import AAAA, HTTPS, A, query
from tests.support.rules import policy, rule

OWN = Sinkhole(ipv4=(ip_address("192.0.2.80").packed,), ipv6=(ip_address("2001:db8::80").packed,))


def shown(sinkhole: Sinkhole, qtype: int) -> AnswerShown:
    engine = Engine(View(policy(rule("example.org")), sinkhole))
    reply = engine.on_stream_query(query("example.org", qtype), "127.0.0.1", 0.0)
    assert isinstance(reply, bytes)
    return read_reply(reply[2:])


@pytest.mark.parametrize(
    "sinkhole, qtype, rcode, records, ttl",
    [
        (Sinkhole(), A, "NOERROR", ("0.0.0.0",), 30),
        (Sinkhole(), AAAA, "NOERROR", ("::",), 30),
        (Sinkhole(), HTTPS, "NOERROR", (), 30),
        (Sinkhole("nxdomain"), A, "NXDOMAIN", (), 30),
        (Sinkhole("nodata"), A, "NOERROR", (), 30),
        (Sinkhole("refused"), A, "REFUSED", (), None),
        (OWN, A, "NOERROR", ("192.0.2.80",), 30),
        (OWN, AAAA, "NOERROR", ("2001:db8::80",), 30),
    ],
)
def test_what_is_sent_is_what_is_shown(
    sinkhole: Sinkhole,
    qtype: int,
    rcode: str,
    records: tuple[str, ...],
    ttl: int | None,
) -> None:
    assert shown(sinkhole, qtype) == AnswerShown(rcode, records, ttl)
