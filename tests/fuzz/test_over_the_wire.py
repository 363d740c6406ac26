"""Fuzz: a running server, hurt by its clients and by its upstream.

Invariant: that of attacks.py. The whole million is `make fuzz`; these are a few seconds of it.
"""

from pathlib import Path

import pytest

from tests.fuzz import attacks
from tests.fuzz.campaign import GROWTH, OWED_SECONDS, Outcome, Violation
from tests.fuzz.lying import LyingUpstream
from tests.fuzz.opening import TRANSPORTS
from tests.fuzz.wires import Datagrams

SOON = 0.1  # seconds in which a control question is answered
pytestmark = pytest.mark.timeout(180)  # this machine may have much else to do


def check(outcome: Outcome, packets: int) -> None:
    assert outcome.packets >= packets
    assert outcome.control < SOON
    assert outcome.end - outcome.warm < GROWTH


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_broken_queries(tmp_path: Path, transport: str) -> None:
    outcome = attacks.clients(tmp_path, transport, 6_000, seed=11)
    check(outcome, 6_000)
    assert outcome.replies > 3_000  # most have a header, and are no response


@pytest.mark.parametrize(
    "scheme, packets", [("udp", 4_000), ("tcp", 700), ("tls", 500), ("https", 500)]
)
def test_broken_answers(tmp_path: Path, scheme: str, packets: int) -> None:
    outcome = attacks.upstreams(tmp_path, scheme, packets, seed=11)
    check(outcome, packets)


def test_a_violation_says_how_to_see_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An upstream that says nothing, and a client that waits for less time than a server may take:
    the reply that is owed does not come.
    """
    assert OWED_SECONDS > 4
    monkeypatch.setattr("tests.fuzz.campaign.OWED_SECONDS", 0.5)
    monkeypatch.setattr(LyingUpstream, "_datagrams", lambda self, sock: sock.recv(4096))
    with pytest.raises(
        Violation, match=r"(?s)seed 12, after .*no reply.*packet  ....0[01].*before "
    ):
        attacks.upstreams(tmp_path, "udp", 10, seed=12)


def test_a_reply_nobody_is_owed_is_a_violation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = Datagrams.receive
    monkeypatch.setattr(Datagrams, "receive", lambda self: once(self) * 2)
    with pytest.raises(Violation, match="a reply that is not owed"):
        attacks.clients(tmp_path, "udp", 200, seed=12)
