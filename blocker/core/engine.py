"""What happens to a packet. Read `_answer` for a query's way, `on_response` for an upstream's.

    client bytes ─ on_query ─┬─ a ready reply                        replies   (per view)
                             ├─ malformed, refused, special          wire, special
                             ├─ blocked                              policy ─ sinkhole
                             ├─ answered before                      answers   (no policy in it)
                             └─ Forward: nothing known, the caller asks an upstream
    upstream bytes ─ on_response ─ Answer ─ reply ─ client bytes
    no upstream ─ on_failure ─ a stale answer, or SERVFAIL

Rule: sans-IO. Nothing here knows a socket or a clock; `now` is seconds on a clock that also counts
suspended time, so that what slept through its TTL has expired.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, Final, Protocol

from blocker.core import special
from blocker.core.answer import Answer, Lifetimes, parse_answer
from blocker.core.cache import Answers, SecondSight
from blocker.core.journal import Journal, Tally
from blocker.core.policy import Verdict
from blocker.core.reply import AgingReply, Reply, failed, malformed, refused
from blocker.core.sinkhole import Sinkhole
from blocker.core.wire import (
    STREAM_LIMIT,
    UDP_PAYLOAD,
    FormatError,
    Query,
    parse_query,
)

FAILURE_SECONDS: Final = 5.0  # RFC 9520 section 3.2 allows one second to five minutes
EDE_CACHED_ERROR = 13

# Who may ask unless more is configured: loopback, private, link-local and unique-local clients.
HOME: Final = tuple(
    map(
        ip_network,
        (
            *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"),
            *("::1/128", "fe80::/10", "fc00::/7"),
        ),
    )
)

_CLIENTS = 65_536  # addresses whose view is remembered; sources can be forged, so there is a bound
_REPLIES = 32_768  # ready replies of a view before it starts afresh
_LARGEST_KEY = 512  # octets; a packet padded beyond that is no client's that asks often
_FAILURES = 16_384
_FOREVER = float("inf")


class Matcher(Protocol):
    """A policy, as far as the engine needs one."""

    @property
    def memories(self) -> tuple[dict[Any, Any], ...]: ...

    def match(self, name: bytes) -> Verdict | None: ...


@dataclass(slots=True, eq=False)
class View:
    """What one group of clients gets: a policy, its sinkhole, and their ready replies. Never
    edited, only replaced.
    """

    policy: Matcher
    sinkhole: Sinkhole = field(default_factory=Sinkhole)
    refused: bool = False
    replies: dict[bytes, Reply] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Forward:
    """A query that only an upstream can answer, with what is needed to answer its client then."""

    query: Query
    packet_id: bytes
    client: str
    view: View
    verdict: Verdict | None
    asked: float
    journal: Journal


class Engine:
    """The whole decision. One per worker."""

    def __init__(
        self,
        view: View,
        *,
        cache_octets: int = 64 << 20,
        lifetimes: Lifetimes | None = None,
        networks: Iterable[IPv4Network | IPv6Network] = (),
    ) -> None:
        self.answers = Answers(cache_octets)
        self.lifetimes = lifetimes or Lifetimes()
        self.tally = Tally()
        self.datagrams = Journal("udp", self.tally)
        self.streams = Journal("tcp", self.tally)
        self.misses = 0
        self._log = self.datagrams.append
        self._second_sight = SecondSight(8192)
        self._failures: dict[bytes, float] = {}
        self._retired: list[dict[Any, Any]] = []
        self._put(view, networks)

    @property
    def hits(self) -> int:
        """Questions answered from the answers, by now counted in the tally."""
        return sum(n for (_, action), n in self.tally.queries.items() if action == "cached")

    def install(self, view: View, networks: Iterable[IPv4Network | IPv6Network] = ()) -> None:
        """Answer by `view` from the next query on; `networks` may ask beside the home ones."""
        self._retired += [self._view.replies, *self._view.policy.memories]
        self._put(view, networks)

    def _put(self, view: View, networks: Iterable[IPv4Network | IPv6Network]) -> None:
        self._view = view
        self._refusing = View(view.policy, view.sinkhole, refused=True)
        self._networks = (*HOME, *networks)
        self._views: dict[str, View] = {}

    def shed(self, count: int) -> bool:
        """Free `count` entries of what was replaced; True while there is more.

        All at once, a hundred thousand entries would take longer than any answer may.
        """
        if self._retired:
            entries = self._retired[-1]
            for _ in range(min(count, len(entries))):
                entries.popitem()
            if not entries:
                self._retired.pop()
        return bool(self._retired)

    def on_query(self, packet: bytes, client: str, now: float) -> bytes | Forward | None:
        """A datagram from a client address. Bytes go back to it; None is silence."""
        view = self._views.get(client) or self._admit(client)
        # Blocked and cached alike: an equal packet had an equal reply, whatever its id.
        key = packet[2:]
        reply = view.replies.get(key)
        if reply is not None and (now < reply.until or reply.renewed(now)):
            self._log((client, reply))
            return packet[:2] + reply.tail
        return self._answer(packet, key, client, view, now)

    def on_stream_query(self, packet: bytes, client: str, now: float) -> bytes | Forward | None:
        """A message from a connection. As `on_query`, but no reply is too large."""
        view = self._views.get(client) or self._admit(client)
        return self._answer(packet, None, client, view, now)

    def _answer(
        self, packet: bytes, key: bytes | None, client: str, view: View, now: float
    ) -> bytes | Forward | None:
        """`key` is what a ready reply may be kept under; a connection has none."""
        if key is None:
            most, journal = STREAM_LIMIT, self.streams
        else:
            most, journal = UDP_PAYLOAD, self.datagrams
        try:
            query = parse_query(packet, most)
        except FormatError as error:
            return _say(packet[:2], client, journal, malformed(error))
        # Before anything is looked up: an open resolver is a weapon in strangers' hands.
        if view.refused:
            return _say(packet[:2], client, journal, refused(query))
        # Before the answers: those are what upstreams said, whatever we think of it.
        verdict = view.policy.match(query.name)
        if verdict is not None and verdict.action == "block":
            reply = Reply(view.sinkhole.tail(query, verdict), _FOREVER, "blocked", verdict)
            # A name that is made up for one query must not cost memory.
            if key is not None and self._second_sight.seen(key):
                self._keep(view, key, reply)
        else:
            known = self.answers.get(query.key)
            if known is None or now >= known.expires:
                # Not before: what is never forwarded has no answer to be found above.
                here = special.tail(query)
                if here is not None:
                    return _say(packet[:2], client, journal, Reply(here, now, "local", None))
                self.misses += 1
                forward = Forward(query, packet[:2], client, view, verdict, now, journal)
                if self._failures and now < self._failures.get(query.key, 0.0):
                    return self._fail(forward, now, EDE_CACHED_ERROR, "an upstream failed just now")
                return forward
            reply = _reply(query, known, view, verdict, now, "cached")
            # A ready reply holds on to its answer, so not to one that no datagram carries.
            if key is not None and known.uses > 1 and len(known.body) <= UDP_PAYLOAD:
                self._keep(view, key, reply)
        journal.append((client, reply))
        return packet[:2] + reply.tail

    def on_response(self, query: Query, message: bytes, now: float) -> Answer | None:
        """The answer in an upstream's message. None: it is none to this question; keep waiting."""
        answer = parse_answer(query, message, now, self.lifetimes)
        if answer is not None:
            if answer.expires > now:
                self.answers.put(answer)
            if self._failures:
                self._failures.pop(query.key, None)
        return answer

    def reply(self, forward: Forward, answer: Answer, now: float) -> bytes:
        """The packet for a client that waited for this answer."""
        reply = _reply(forward.query, answer, forward.view, forward.verdict, now, "forwarded")
        return _sent(forward, reply, now)

    def stale(self, forward: Forward, now: float) -> bytes | None:
        """The packet with an answer past its time, when there is one (RFC 8767 section 5).

        Who asks the same within the next seconds gets it at once.
        """
        packet = self._stale(forward, now)
        if packet is not None:
            self._remember_failure(forward, now)
        return packet

    def on_failure(self, forward: Forward, now: float, ede: int, text: str) -> bytes:
        """The packet for a client whose question no upstream answered."""
        self._remember_failure(forward, now)
        return self._fail(forward, now, ede, text)

    def turn_away(self, forward: Forward, now: float, ede: int, text: str) -> bytes:
        """The packet for a client whose question was not asked; says nothing of the next one."""
        return self._fail(forward, now, ede, text)

    def _stale(self, forward: Forward, now: float) -> bytes | None:
        known = self.answers.get(forward.query.key)
        if known is None or now >= known.expires + self.lifetimes.stale:
            return None
        reply = _reply(forward.query, known, forward.view, forward.verdict, now, "stale")
        return _sent(forward, reply, now)

    def _remember_failure(self, forward: Forward, now: float) -> None:
        if len(self._failures) >= _FAILURES:
            self._failures.clear()
        self._failures[forward.query.key] = now + FAILURE_SECONDS

    def _fail(self, forward: Forward, now: float, ede: int, text: str) -> bytes:
        if (packet := self._stale(forward, now)) is not None:
            return packet
        return _sent(forward, failed(forward.query, ede, text), now)

    def _keep(self, view: View, key: bytes, reply: Reply) -> None:
        if len(key) > _LARGEST_KEY:
            return
        if len(view.replies) >= _REPLIES:
            self._retired.append(view.replies)
            view.replies = {}
        view.replies[key] = reply

    def _admit(self, client: str) -> View:
        if len(self._views) >= _CLIENTS:
            self._views.clear()
        address = ip_address(client.partition("%")[0])
        home = any(address in network for network in self._networks)
        view = self._views[client] = self._view if home else self._refusing
        return view


def _reply(
    query: Query, answer: Answer, view: View, verdict: Verdict | None, now: float, action: str
) -> Reply:
    """A reply from an answer, unless a name in its alias chain is blocked (uncloaking).

    What the user or keep allows by name is not looked at further.
    """
    if answer.chain and (verdict is None or verdict.action != "allow"):
        for alias in answer.chain:
            cloaked = view.policy.match(alias)
            if cloaked is None:
                continue
            if cloaked.action == "block":
                return Reply(view.sinkhole.tail(query, cloaked), answer.expires, "blocked", cloaked)
            if cloaked.action == "shadow" and (verdict is None or verdict.action == "pass"):
                verdict = cloaked
    if action == "stale":
        return Reply(answer.stale_tail(query), now, action, verdict)
    tail = answer.tail(query, now)
    if action == "cached":
        return AgingReply(tail, answer.aged_until(now), action, verdict, query, answer)
    return Reply(tail, now, action, verdict)


def _say(packet_id: bytes, client: str, journal: Journal, reply: Reply) -> bytes | None:
    journal.append((client, reply))
    return packet_id + reply.tail if reply.tail else None


def _sent(forward: Forward, reply: Reply, now: float) -> bytes:
    forward.journal.append((forward.client, reply))
    forward.journal.waited(now - forward.asked)
    return forward.packet_id + reply.tail
