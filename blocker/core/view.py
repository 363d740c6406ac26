"""What clients get: a view for each, and who may ask at all.

Rule: deciding is done when an address is first seen; from then on it costs one look-up per packet.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, Final, Protocol

from blocker.core.policy import NoRules, Policy, Rule, Verdict
from blocker.core.rate import RateLimit
from blocker.core.reply import Reply
from blocker.core.sinkhole import Sinkhole

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

ID: Final = "id:"  # before the name that a client gave itself over an encrypted transport

_READY = 16 << 20  # octets of a view's ready replies, of either kind, before it starts afresh
_LARGEST_KEY = 512  # octets; a packet padded beyond that is no client's that asks often
_CLIENTS = 65_536  # addresses whose view is remembered; sources can be forged, so there is a bound


class Matcher(Protocol):
    """A policy, as far as the engine needs one."""

    @property
    def memories(self) -> tuple[dict[Any, Any], ...]: ...
    @property
    def inspects_addresses(self) -> bool: ...
    def match(self, name: bytes) -> Verdict | None: ...
    def resolve(self, verdict: Verdict, qtype: int, client: str) -> Verdict | None: ...
    def match_addresses(self, addresses: Iterable[bytes]) -> Verdict | None: ...
    def trace(
        self, name: bytes, qtype: int | None = None, client: str = ""
    ) -> list[tuple[Rule, str]]: ...


@dataclass(slots=True, eq=False)
class View:
    """What one group of clients gets: a policy, its sinkhole, and their ready replies. Never
    edited, only replaced.

    `upstreams` marks the answers of upstreams of the group's own; it is empty for those of all.
    `homes` are the zones whose names may lead to addresses of the home; None: all may.
    """

    policy: Matcher
    sinkhole: Sinkhole = field(default_factory=Sinkhole)
    refused: bool = False
    limited: bool = False  # refused only because it asked too much
    upstreams: bytes = b""
    homes: frozenset[bytes] | None = None
    # Ready replies to datagrams, and to messages of connections; a copy of the view begins anew.
    replies: dict[bytes, Reply] = field(default_factory=dict, init=False)
    streamed: dict[bytes, Reply] = field(default_factory=dict, init=False)
    _octets: int = field(default=0, init=False)
    _octets_streamed: int = field(default=0, init=False)

    def keep(self, key: bytes, reply: Reply, stream: bool, retired: list[dict[Any, Any]]) -> None:
        """Have a reply ready for a packet like this; what makes room is `retired`."""
        if len(key) > _LARGEST_KEY or not reply.tail:
            return
        if stream:
            self._octets_streamed += reply.octets
            if self._octets_streamed > _READY:
                retired.append(self.streamed)
                self.streamed, self._octets_streamed = {}, reply.octets
            self.streamed[key] = reply
        else:
            self._octets += reply.octets
            if self._octets > _READY:
                retired.append(self.replies)
                self.replies, self._octets = {}, reply.octets
            self.replies[key] = reply

    def of(self, client: str) -> "View":
        """Everyone's: one view is the simplest set of views."""
        return self

    def identified(self, client: str) -> bool | None:
        return None

    @property
    def all(self) -> Sequence["View"]:
        return (self,)


class Views(Protocol):
    """A view for every client: `blocker/view.py` makes them of groups."""

    def of(self, client: str) -> View:
        """The view of a client, which may ask: an address, or `id:` with a name it gave itself."""

    def identified(self, client: str) -> bool | None:
        """Whether a group names this `id:`: one that holds now, one that does not, or none."""

    @property
    def all(self) -> Sequence[View]:
        """Those there are so far."""


class Everything:
    """The policy of a client about whom a rule says it all: every name gets one verdict."""

    memories: tuple[dict[Any, Any], ...] = ()
    inspects_addresses = False

    def __init__(self, verdict: Verdict) -> None:
        self._verdict = verdict

    def match(self, name: bytes) -> Verdict | None:
        return self._verdict

    def resolve(self, verdict: Verdict, qtype: int, client: str) -> Verdict | None:
        return verdict

    def match_addresses(self, addresses: Iterable[bytes]) -> Verdict | None:
        return None

    def trace(
        self, name: bytes, qtype: int | None = None, client: str = ""
    ) -> list[tuple[Rule, str]]:
        return [(self._verdict.rule, self._verdict.action)]


def is_id(client: str) -> bool:
    """Whether a client is known by a name of its own rather than by an address."""
    return client.startswith(ID)


class Admission:
    """Who gets which view. `networks` may ask beside the home ones."""

    def __init__(self, views: Views, networks: Iterable[IPv4Network | IPv6Network] = ()) -> None:
        self.views = views
        self.known: dict[str, View] = {}
        self._refusing = View(Policy(NoRules()), refused=True)
        self._limiting = View(Policy(NoRules()), refused=True, limited=True)
        self._networks = (*HOME, *networks)

    def admit(self, client: str) -> View:
        """The view of a client that is not yet among `known`."""
        if len(self.known) >= _CLIENTS:
            self.known.clear()
        may = is_id(client) or self.is_home(client)
        view = self.known[client] = self.views.of(client) if may else self._refusing
        return view

    def client_of(self, client_id: str, address: str) -> str:
        """The name that a client gave itself, if a group knows it; else the address. Outside the
        hours of that group it serves only to be let in from elsewhere.
        """
        client = ID + client_id
        holds = self.views.identified(client)
        return client if holds or (holds is False and not self.is_home(address)) else address

    def is_home(self, client: str) -> bool:
        """Whether an address may ask by itself."""
        address = ip_address(client.partition("%")[0])
        return any(address in network for network in self._networks)

    def limit(self, rate: RateLimit, now: float) -> dict[str, int]:
        """Refuse who has asked too much; who that is since the last time, and how much."""
        before, found = bool(rate.over), rate.step(now)
        if before and not rate.over:
            self.forget()
        for client in rate.over:  # also after a reload, which knows nobody
            self.known[client] = self._limiting
        return found

    def forget(self) -> None:
        """Look again who each client is, from its next packet on."""
        self.known.clear()
