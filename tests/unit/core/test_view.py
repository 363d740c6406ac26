"""Who may ask, which view each client gets, and a client about whom one rule says it all."""

from ipaddress import ip_network

import pytest

from blocker.core import view as module
from blocker.core.engine import Engine, Forward
from blocker.core.rule import LocalRecord, Verdict
from blocker.core.view import Admission, Everything, View
from tests.support.packets import A, lines, query, read
from tests.support.resolver import ByAddress
from tests.support.rules import listed, policy, rule

KID, TV = "192.168.1.20", "192.168.1.21"
NAMES = ("www.example.com", "localhost", "blocked.example")


def told(engine: Engine, client: str, name: str = "blocked.example") -> list[str] | None:
    """What a client is answered at once; None when an upstream is to be asked."""
    outcome = engine.on_query(query(name), client, 0.0)
    if isinstance(outcome, Forward):
        return None
    assert outcome is not None
    return lines(read(outcome).rr)


def test_each_client_gets_its_view_and_ready_replies_stay_in_it() -> None:
    views = ByAddress({KID: View(policy(rule("blocked.example")))})
    engine = Engine(views)
    for _ in range(4):  # ready by the third
        assert told(engine, KID) == ["blocked.example. 30 A 0.0.0.0"]
        assert told(engine, TV) is None
    assert len(views.own[KID].replies) == 1
    assert not views.rest.replies


def test_who_a_client_is_is_looked_up_once() -> None:
    views = ByAddress({})
    admission = Admission(views)
    for _ in range(3):
        assert (admission.known.get(KID) or admission.admit(KID)) is views.rest
    assert views.asked == {KID: 1}


def test_forgotten_clients_are_looked_up_again() -> None:
    views = ByAddress({KID: View(policy(rule("blocked.example")))})
    engine = Engine(views)
    assert told(engine, TV) is None
    views.own[TV] = views.own[KID]  # the address is another device's by now
    assert told(engine, TV) is None
    engine.forget_clients()
    assert told(engine, TV) == ["blocked.example. 30 A 0.0.0.0"]
    del views.own[TV]
    engine.forget_clients()
    assert told(engine, TV) is None


@pytest.mark.parametrize(
    "client, refused",
    [
        ("192.168.1.20", False),
        ("fe80::1%eth0", False),
        ("203.0.113.9", False),  # of a network that is configured
        ("203.0.114.9", True),
        ("2001:db8::1", True),
    ],
)
def test_strangers_get_a_view_that_refuses_and_are_nobody_s_members(
    client: str, refused: bool
) -> None:
    views = ByAddress({})
    admission = Admission(views, [ip_network("203.0.113.0/24")])
    assert admission.admit(client).refused is refused
    assert views.asked == ({} if refused else {client: 1})


def test_forged_clients_are_remembered_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CLIENTS", 10)
    admission = Admission(ByAddress({}))
    for number in range(100):
        admission.admit(f"10.0.0.{number}")
        assert len(admission.known) <= 10


@pytest.mark.parametrize(
    "verdict, answers",
    [
        (Verdict("block", listed(".")), [f"{name}. 30 A 0.0.0.0" for name in NAMES]),
        (Verdict("block", listed(".", mode="nodata")), []),
        (
            Verdict("local", listed(".", "local", records=(LocalRecord(A, 9, b"\xc0\0\2\7"),))),
            [f"{name}. 9 A 192.0.2.7" for name in NAMES],
        ),
        (Verdict("allow", listed(".", "allow")), ["localhost. 10800 A 127.0.0.1"]),
    ],
)
def test_a_rule_about_a_client_says_it_all(verdict: Verdict, answers: list[str]) -> None:
    blocking = View(policy(rule("blocked.example")))
    engine = Engine(ByAddress({KID: View(Everything(verdict))}, blocking))
    said = [line for name in NAMES for line in told(engine, KID, name) or []]
    assert said == answers
    assert told(engine, TV) == ["blocked.example. 30 A 0.0.0.0"]


def test_it_is_explained_by_its_rule() -> None:
    made = listed(".", mode="drop")
    tried = Everything(Verdict("block", made))
    assert tried.trace(query()[12:29], A, KID) == [(made, "block")]
    assert tried.match_addresses([bytes(4)]) is None
    verdict = tried.match(b"\0")
    assert verdict is not None
    assert tried.resolve(verdict, A, KID) is verdict


def test_a_client_whose_queries_are_dropped_gets_silence() -> None:
    engine = Engine(ByAddress({KID: View(Everything(Verdict("block", listed(".", mode="drop"))))}))
    assert engine.on_query(query(), KID, 0.0) is None
    assert engine.on_stream_query(query(), KID, 0.0) is None
    assert isinstance(engine.on_query(query(), TV, 0.0), Forward)


class Ids(ByAddress):
    """`id:anna` holds now, `id:night` at other hours."""

    def identified(self, client: str) -> bool | None:
        return {"id:anna": True, "id:night": False}.get(client)


HERE, AWAY = KID, "203.0.113.9"


@pytest.mark.parametrize(
    "said, address, client",
    [
        ("anna", HERE, "id:anna"),
        ("anna", AWAY, "id:anna"),
        ("night", HERE, HERE),  # as the address says, while that says anything
        ("night", AWAY, "id:night"),
        ("nobody", HERE, HERE),
        ("nobody", AWAY, AWAY),
    ],
)
def test_a_known_id_decides_before_the_address_and_lets_in(
    said: str, address: str, client: str
) -> None:
    engine = Engine(Ids({"id:anna": View(policy(rule("blocked.example")))}))
    assert engine.client_of(said, address) == client
    packet = query("blocked.example")
    outcome = engine.on_stream_query(packet, engine.client_of(said, address), 0.0, engine.tls)
    if client == AWAY:
        assert isinstance(outcome, bytes)
        assert read(outcome).header.rcode == 5
    elif client == "id:anna":
        assert isinstance(outcome, bytes)
        assert lines(read(outcome).rr) == ["blocked.example. 30 A 0.0.0.0"]
    else:
        assert isinstance(outcome, Forward)


def test_messages_of_connections_have_ready_replies_of_their_own() -> None:
    engine = Engine(View(policy(rule("blocked.example"))))
    (view,) = engine._admission.views.all
    packet = query("blocked.example")
    for _ in range(4):
        assert engine.on_stream_query(packet, KID, 0.0) == engine.on_query(packet, KID, 0.0)
    assert (len(view.replies), len(view.streamed)) == (1, 1)
    assert len(engine.streams.entries) == 4
