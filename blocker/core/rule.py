"""Rules and verdicts, and the closed sets of words they are made of."""

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from typing import Final, Literal

PURPOSES: Final = (
    "analytics",
    "crash-reports",
    "diagnostics",
    "advertising",
    "attribution",
    "content-recognition",
    "experiments",
    "location",
    "http-dns",
    "push",
    "config",
    "updates",
    "account",
    "store",
    "connectivity",
    "time",
    "cdn",
)
TELEMETRY: Final = frozenset(PURPOSES[:10])  # the rest are functions of a device
BREAKAGE: Final = ("none", "minor", "major")

Layer = Literal["user", "keep", "curated", "subscription", "zone"]
LAYERS: Final[tuple[Layer, ...]] = ("user", "keep", "curated", "subscription", "zone")
# subtree: the name and all below; exact: it alone; below: only what is below (RFC 4592); pattern: a
# family of curated names; regex: `text` is searched for in the name's text; address: what an answer
# leads to; client: who asks.
Match = Literal["subtree", "exact", "below", "pattern", "regex", "address", "client"]
RuleAction = Literal["block", "allow", "local"]
# Of the user's rules those for one client come first, then those for its group, then all others.
Scope = Literal["client", "group", ""]
SCOPES: Final[tuple[Scope, ...]] = ("client", "group", "")
VerdictAction = Literal["block", "allow", "local", "shadow", "pass", "depends"]
# How a rule of its own accord is answered; "" leaves that to the sinkhole of the client's group.
Mode = Literal["", "null-ip", "nxdomain", "nodata", "refused", "drop", "tcp-only"]
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Condition:
    """What else must hold for a rule to match. Empty fields ask nothing.

    types are record types, clients addresses, networks, or names of groups.
    """

    types: tuple[int, ...] = ()
    other_types: tuple[int, ...] = ()  # all but these
    clients: tuple[str, ...] = ()
    other_clients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LocalRecord:
    """A record a rule answers with, of the name that was asked: type, seconds, and RDATA in wire
    form without compression.
    """

    rtype: int
    ttl: int
    rdata: bytes


@dataclass(frozen=True, slots=True)
class Rule:
    """What a query can match: from a curated entry, a subscription or the user.

    A vendor's zone is one too, of the last layer: it decides nothing, it tells whose a name is.
    """

    text: str
    name: bytes
    match: Match
    action: RuleAction
    layer: Layer
    list: str
    line: int
    vendor: str = ""
    product: str = ""
    purpose: str = ""
    breakage: str = "none"
    breaks: str = ""
    reason: str = ""
    evidence: tuple[str, ...] = ()
    confidence: str = ""
    inferred: bool = False
    shared: bool = False
    important: bool = False  # before all others of its layer
    unless: tuple[bytes, ...] = ()  # names that it leaves out, with all below them
    condition: Condition | None = None
    mode: Mode = ""
    records: tuple[LocalRecord, ...] = ()  # of an action `local`
    network: Network | None = None  # of a match `address` or `client`
    scope: Scope = ""


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What the policy says of a name. One object per rule, action, owner and purpose, so it can be
    counted by identity.

    `pass` decides nothing: the rule is an entry that is not in force, or the zone the name lies in.
    `depends` has yet to be resolved for a type and a client: of `cases`, in order of decision, the
    first decides whose rule's condition holds.
    """

    action: VerdictAction
    rule: Rule
    ready: dict[int, tuple[bytes, bytes, object]] = field(default_factory=dict)  # by sinkhole.py
    # What the entry of the name or its zone knows, where the rule that decides does not:
    owner: str = ""
    use: str = ""
    cases: "tuple[Verdict, ...]" = ()

    @property
    def vendor(self) -> str:
        """Whose name it is, as far as the lists know."""
        return self.rule.vendor or self.owner

    @property
    def purpose(self) -> str:
        """What it is used for, as far as the lists know."""
        return self.rule.purpose or self.use
