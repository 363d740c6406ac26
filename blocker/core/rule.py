"""Rules and verdicts, and the closed sets of words they are made of."""

from dataclasses import dataclass, field
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
Match = Literal["subtree", "exact", "pattern"]
RuleAction = Literal["block", "allow"]
VerdictAction = Literal["block", "allow", "shadow", "pass"]


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


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What the policy says of a name. One object per rule, action and zone, so it can be counted
    by identity.

    `pass` decides nothing: the rule is an entry that is not in force, or the zone the name lies in.
    """

    action: VerdictAction
    rule: Rule
    ready: dict[int, tuple[bytes, bytes, object]] = field(default_factory=dict)  # by sinkhole.py
    owner: str = ""  # of the zone that the name lies in, where the rule knows no vendor

    @property
    def vendor(self) -> str:
        """Whose name it is, as far as the lists know."""
        return self.rule.vendor or self.owner
