"""An Engine between a client and an upstream that says what a test tells it to; time is a number.

Reads like a packet trace: what the upstream will say, what the client asks, what it gets.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from blocker.core.engine import Engine, Forward, View
from blocker.core.policy import NoRules, Policy, Rule
from blocker.core.sinkhole import Sinkhole
from blocker.core.wire import Query
from tests.support.packets import A, query, read, response
from tests.support.rules import policy

CLIENT = "192.168.1.20"
EDE_NO_REACHABLE_AUTHORITY = 22


class Resolver:
    """`forwarded` is what went upstream; without a word from it an exchange fails."""

    def __init__(self, *rules: Rule, sinkhole: Sinkhole | None = None, **options: Any) -> None:
        self.now = 1_000.0
        self.forwarded: list[Query] = []
        self.upstream: Callable[[Query], bytes] | None = None
        self.last = b""
        self.authenticated = False  # whether the upstream has proved who it is
        self.engine = Engine(_view(rules, sinkhole), **options)

    def install(self, *rules: Rule, sinkhole: Sinkhole | None = None) -> None:
        """Go on with another policy."""
        self.engine.install(_view(rules, sinkhole))

    @property
    def view(self) -> View:
        """What everyone is answered by."""
        (view,) = self.engine._admission.views.all
        return view

    def upstream_says(
        self,
        *answers: str,
        authority: Iterable[str] = (),
        additional: Iterable[str] = (),
        rcode: int = 0,
        **flags: int,
    ) -> None:
        """Every question is answered with these records, written as in a zone file."""
        self.upstream = lambda asked: response(
            asked.question,
            *answers,
            authority=authority,
            additional=additional,
            rcode=rcode,
            flags=flags,
        )

    def upstream_sends(self, message: bytes) -> None:
        """Every question is answered with this very message."""
        self.upstream = lambda _: message

    def upstream_fails(self) -> None:
        self.upstream = None

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def send(self, packet: bytes, client: str = CLIENT, *, tcp: bool = False) -> bytes | None:
        """The octets that come back for a packet; None is silence."""
        ask = self.engine.on_stream_query if tcp else self.engine.on_query
        outcome = ask(packet, client, self.now)
        if isinstance(outcome, Forward):
            outcome = self._exchange(outcome)
        self.last = outcome or b""
        return outcome

    def ask(self, name: str | bytes = "www.example.com", qtype: int = A, **how: Any) -> Any:
        """The reply to a question, read by dnslib."""
        client, tcp = how.pop("client", CLIENT), how.pop("tcp", False)
        reply = self.send(query(name, qtype, **how), client, tcp=tcp)
        assert reply is not None, "no reply"
        return read(reply)

    def _exchange(self, forward: Forward) -> bytes:
        self.forwarded.append(forward.query)
        if self.upstream is not None:
            message = self.upstream(forward.query)
            answer = self.engine.on_response(forward.query, message, self.now)
            if answer is not None:
                answer.authentic = self.authenticated and message[3] & 0x20 != 0
                return self.engine.reply(forward, answer, self.now)
        return self.engine.on_failure(
            forward, self.now, EDE_NO_REACHABLE_AUTHORITY, "192.0.2.53#53 timeout"
        )


@dataclass
class ByAddress:
    """Views: these clients have their own, the rest one for all; `asked` counts the look-ups."""

    own: dict[str, View]
    rest: View = field(default_factory=lambda: View(Policy(NoRules())))
    asked: Counter[str] = field(default_factory=Counter)

    def of(self, client: str) -> View:
        self.asked[client] += 1
        return self.own.get(client, self.rest)

    def identified(self, client: str) -> bool | None:
        return True if client in self.own else None

    @property
    def all(self) -> Sequence[View]:
        return [*self.own.values(), self.rest]


def _view(rules: Iterable[Rule], sinkhole: Sinkhole | None) -> View:
    rules = tuple(rules)
    return View(policy(*rules) if rules else Policy(NoRules()), sinkhole or Sinkhole())
