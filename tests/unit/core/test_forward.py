"""What waits: whose question it is when an alias of it is asked upstream."""

from blocker.core.forward import Forward
from blocker.core.journal import Journal, Tally
from blocker.core.local import Aliased
from blocker.core.policy import NoRules, Policy
from blocker.core.view import View
from blocker.core.wire import parse_query
from tests.support.packets import query


def test_its_client_asked_for_the_alias() -> None:
    asked, target = parse_query(query("a.example")), parse_query(query("b.example"))
    journal = Journal("udp", Tally())
    forward = Forward(asked, b"\x00\x07", "127.0.0.1", View(Policy(NoRules())), None, 0.0, journal)
    assert forward.question is asked
    forward.query, forward.aliased = target, Aliased(asked, target.name)
    assert forward.question is asked
