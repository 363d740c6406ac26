"""What happens to a packet. Read `_answer` for a query's way, `on_response` for an upstream's.

    client bytes ─ on_query ─┬─ a ready reply                        replies   (per view)
                             ├─ malformed, refused, special          wire, special
                             ├─ blocked, or with records of its own  policy ─ sinkhole, local
                             ├─ answered before                      answers   (no policy in it)
                             └─ Forward: nothing known, the caller asks an upstream
    upstream bytes ─ on_response ─ Answer ─ reply ─ client bytes
    no upstream ─ on_failure ─ a stale answer, or SERVFAIL

Rule: sans-IO. `now` is seconds on a clock that also counts suspended time, so that what slept
through its TTL has expired.
"""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network

from blocker.core import designated, special
from blocker.core.answer import Answer, Lifetimes
from blocker.core.cache import Answers, SecondSight
from blocker.core.cases import asks_who
from blocker.core.extended import CACHED_ERROR
from blocker.core.failures import Failures
from blocker.core.forward import Forward
from blocker.core.journal import Journal, Tally
from blocker.core.local import followed
from blocker.core.names import parents
from blocker.core.reply import (
    Reply,
    failed,
    malformed,
    not_recursed,
    refused,
    said,
    silence,
    told,
    turned_away,
    waited,
)
from blocker.core.response import parse_answer
from blocker.core.retired import Retired
from blocker.core.row import Action
from blocker.core.uncloak import reply_of
from blocker.core.view import HOME, Admission, Everything, View, Views
from blocker.core.wire import (
    IN,
    OPT,
    RD,
    STREAM_LIMIT,
    UDP_PAYLOAD,
    FormatError,
    Query,
    parse_query,
)

__all__ = ["HOME", "Engine", "Everything", "Forward", "View", "Views"]


_FOREVER = float("inf")


class Engine:
    """The whole decision. One per worker."""

    def __init__(
        self,
        views: Views,
        *,
        cache_octets: int = 64 << 20,
        lifetimes: Lifetimes | None = None,
        networks: Iterable[IPv4Network | IPv6Network] = (),
        zones: Iterable[bytes] = (),
    ) -> None:
        self.answers = Answers(cache_octets)
        self.lifetimes = lifetimes or Lifetimes()
        self.tally = Tally()
        self.datagrams = Journal("udp", self.tally)
        self.streams = Journal("tcp", self.tally)
        self.tls = Journal("tls", self.tally)
        self.https = Journal("https", self.tally)
        self.journals = (self.datagrams, self.streams, self.tls, self.https)
        self.services: tuple[bytes, ...] = ()  # RDATA of what is announced (core/designated.py)
        self.misses = 0
        self._log = self.datagrams.append
        self._second_sight = SecondSight(8192)
        self.failures = Failures()
        self._retired = Retired()
        self.shed = self._retired.shed
        self._put(views, networks, zones)

    def install(
        self,
        views: Views,
        networks: Iterable[IPv4Network | IPv6Network] = (),
        zones: Iterable[bytes] = (),
    ) -> None:
        """Answer by `views` from the next query on. `networks` may ask too, and `zones`, although
        special, are asked for: they have upstreams of their own.
        """
        for view in self._admission.views.all:
            self._retired += [view.replies, view.streamed, *view.policy.memories]
        self._put(views, networks, zones)

    def _put(
        self,
        views: Views,
        networks: Iterable[IPv4Network | IPv6Network],
        zones: Iterable[bytes],
    ) -> None:
        self._admission = Admission(views, networks)
        self._views, self._admit = self._admission.known, self._admission.admit
        self.client_of, self.is_home = self._admission.client_of, self._admission.is_home
        self._zones = frozenset(zones)

    def forget_clients(self) -> None:
        """Look again who each client is: an address may be another's by now."""
        self._admission.forget()

    def limit(self, now: float) -> dict[str, int]:
        """Refuse whom the journal has seen ask too much: who that is since the last time."""
        return self._admission.limit(self.tally.rate, now)

    def on_query(self, packet: bytes, client: str, now: float) -> bytes | Forward | None:
        """A datagram from a client address. Bytes go back to it; None is silence."""
        view = self._views.get(client) or self._admit(client)
        # Blocked and cached alike: an equal packet had an equal reply, whatever its id.
        key = packet[2:]
        reply = view.replies.get(key)
        if reply is not None and (now < reply.until or reply.renewed(now)):
            self._log((client, reply))
            return packet[:2] + reply.tail
        return self._answer(packet, key, client, view, now, self.datagrams)

    def on_stream_query(
        self, packet: bytes, client: str, now: float, journal: Journal | None = None
    ) -> bytes | Forward | None:
        """A message from a connection: no reply is too large. Without `journal` it is TCP's."""
        view = self._views.get(client) or self._admit(client)
        journal = journal or self.streams
        key = packet[2:]
        reply = view.streamed.get(key)
        if reply is not None and (now < reply.until or reply.renewed(now)):
            journal.append((client, reply))
            return packet[:2] + reply.tail
        return self._answer(packet, key, client, view, now, journal)

    def _answer(
        self, packet: bytes, key: bytes, client: str, view: View, now: float, journal: Journal
    ) -> bytes | Forward | None:
        """`key` is what a ready reply may be kept under; empty for none."""
        try:
            query = parse_query(packet, UDP_PAYLOAD if journal is self.datagrams else STREAM_LIMIT)
        except FormatError as error:
            return _say(packet[:2], client, journal, malformed(error))
        # Before anything is looked up: an open resolver is a weapon in strangers' hands.
        if view.refused:
            return _say(packet[:2], client, journal, refused(query, limited=view.limited))
        # Before the rules: whatever they say of a name, it has no transfers and no other class.
        if (query.qclass != IN or query.qtype > 127 or query.qtype == OPT) and (
            here := special.refusal(query)
        ):
            return _say(packet[:2], client, journal, Reply(here, now, "local", None))
        # Before the answers: those are what upstreams said, whatever we think of it.
        verdict = view.policy.match(query.name)
        if verdict is not None and verdict.action == "depends":
            key = b"" if asks_who(verdict) else key  # another client's reply may be another
            verdict = view.policy.resolve(verdict, query.qtype, client)
        if verdict is not None:
            if verdict.action == "block" and (not query.stream or verdict.rule.mode != "tcp-only"):
                tail = view.sinkhole.tail(query, verdict)
                reply = (
                    Reply(tail, _FOREVER, "blocked", verdict) if tail else silence(query, verdict)
                )
                # A name that is made up for one query must not cost memory.
                if key and self._second_sight.seen(key):
                    view.keep(key, reply, query.stream, self._retired)
                return _say(packet[:2], client, journal, reply)
            if verdict.action == "local":
                return self._local(Forward(query, packet[:2], client, view, verdict, now, journal))
        known = self.answers.get(query.keyed(view.upstreams))
        if known is None or now >= known.expires or not query.shape & RD:
            # Not before: what is never forwarded has no answer to be found above.
            if (here := self._special(query)) is not None:
                return _say(packet[:2], client, journal, Reply(here, now, "local", None))
            if not query.shape & RD:
                return _say(packet[:2], client, journal, not_recursed(query))
            return self._forward(Forward(query, packet[:2], client, view, verdict, now, journal))
        reply = reply_of(query, known, view, verdict, client, now, "cached")
        # What no datagram carries is large, and rare.
        if key and known.uses > 1 and len(known.body) <= UDP_PAYLOAD:
            view.keep(key, reply, query.stream, self._retired)
        return _say(packet[:2], client, journal, reply)

    def _forward(self, forward: Forward) -> bytes | Forward | None:
        """Nothing is known: the caller asks, unless that failed just now."""
        self.misses += 1
        now = forward.asked
        if self.failures.until and self.failures.has(forward.query.key, now):
            return self._fail(forward, now, CACHED_ERROR, "an upstream failed just now") or None
        return forward

    def _special(self, query: Query) -> bytes | None:
        if self._zones and any(name in self._zones for name in parents(query.name)):
            return special.minimal(query)
        return designated.tail(query, self.services) or special.tail(query)

    def _local(self, forward: Forward) -> bytes | Forward | None:
        """Records of a rule. An alias leads on: to further ones, or to an upstream's."""
        query, view, client, now = forward.query, forward.view, forward.client, forward.asked
        aliased, verdict = followed(query, forward.verdict, view.policy, client)
        if verdict is not None and verdict.action in ("local", "block"):
            blocked = verdict.action == "block"
            tail = view.sinkhole.tail(query, verdict) if blocked else aliased.tail(verdict.rule)
            reply = said(query, tail, now, "blocked" if blocked else "local", verdict)
            return _say(forward.packet_id, client, forward.journal, reply)
        forward.verdict = verdict
        if aliased.count:
            forward.query, forward.aliased = aliased.question(), aliased
        known = self.answers.get(forward.query.keyed(view.upstreams))
        if known is not None and now < known.expires and query.rd:
            return self._sent(forward, known, now, "cached") or None
        if (here := self._special(forward.query)) is not None:
            reply = Reply(aliased.joined(here) if aliased.count else here, now, "local", verdict)
            return _say(forward.packet_id, client, forward.journal, reply)
        if not query.rd:
            return _say(forward.packet_id, client, forward.journal, not_recursed(query))
        return self._forward(forward)

    def on_response(self, query: Query, message: bytes, now: float) -> Answer | None:
        """The answer in an upstream's message. None: it is none to this question; keep waiting."""
        answer = parse_answer(query, message, now, self.lifetimes)
        if answer is not None:
            if answer.expires > now:
                self.answers.put(answer)
            if self.failures.until:
                self.failures.forget(query.key)
        return answer

    def reply(self, forward: Forward, answer: Answer, now: float) -> bytes:
        """The packet for a client that waited for this answer."""
        return self._sent(forward, answer, now, "forwarded")

    def stale(self, forward: Forward, now: float) -> bytes | None:
        """The packet with an answer past its time, when there is one (RFC 8767 section 5).

        Who asks the same within the next seconds gets it at once.
        """
        packet = self._stale(forward, now)
        if packet is not None:
            self.failures.remember(forward.query.key, now, silent=True)
        return packet

    def on_failure(
        self, forward: Forward, now: float, ede: int, text: str, *, silent: bool = True
    ) -> bytes:
        """The packet for a client whose question no upstream answered; not silent: they refused."""
        self.failures.remember(forward.query.key, now, silent=silent)
        return self._fail(forward, now, ede, text)

    def turn_away(self, forward: Forward, now: float, text: str) -> bytes:
        """The packet for a client whose question was not asked; says nothing of the next one."""
        if (packet := self._stale(forward, now)) is not None:
            return packet
        return _sent(forward, turned_away(forward.question, text, forward.verdict), now)

    def _stale(self, forward: Forward, now: float) -> bytes | None:
        known = self.answers.get(forward.query.key)
        if known is None or now >= known.expires + self.lifetimes.stale:
            return None
        return self._sent(forward, known, now, "stale")

    def _fail(self, forward: Forward, now: float, ede: int, text: str) -> bytes:
        if (packet := self._stale(forward, now)) is not None:
            return packet
        return _sent(forward, failed(forward.question, ede, text, forward.verdict), now)

    def _sent(self, forward: Forward, answer: Answer, now: float, action: Action) -> bytes:
        query, view = forward.query, forward.view
        reply = reply_of(query, answer, view, forward.verdict, forward.client, now, action)
        if (aliased := forward.aliased) is not None:
            if reply.action == "blocked" and reply.verdict is not None:
                tail = view.sinkhole.tail(aliased.query, reply.verdict)
            else:
                tail = aliased.joined(reply.tail)
            reply = said(aliased.query, tail, now, reply.action, reply.verdict)
        return _sent(forward, reply, now, answer.upstream)


def _say(packet_id: bytes, client: str, journal: Journal, reply: Reply) -> bytes | None:
    journal.append((client, told(reply)))
    return packet_id + reply.tail if reply.tail else None


def _sent(forward: Forward, reply: Reply, now: float, upstream: str = "") -> bytes:
    seconds = now - forward.asked
    if seconds:  # what is ready at once is counted where it is sent
        forward.journal.waited(seconds)
    forward.journal.append((forward.client, waited(reply, now, upstream, seconds)))
    return forward.packet_id + reply.tail if reply.tail else b""
