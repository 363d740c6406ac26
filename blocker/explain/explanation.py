"""An explanation as plain values: what the command line prints and the admin API sends."""

import json
from dataclasses import asdict, dataclass
from typing import Literal

Action = Literal["block", "allow", "pass", "shadow", "local"]


@dataclass(frozen=True, slots=True)
class RuleShown:
    """A rule as it was written, and where."""

    text: str
    list: str
    line: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """A source that says what an entry claims."""

    key: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class AnswerShown:
    """What is sent back. No records and NOERROR is NODATA."""

    rcode: str
    records: tuple[str, ...]
    ttl: int | None


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A rule that names the name too, and why it did not decide."""

    rule: RuleShown
    layer: str
    vendor: str
    purpose: str
    why: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """All there is to say of one question. `answer` is None when an upstream is asked.

    alias is the name in the answer's chain of aliases that was blocked in place of the name itself.
    zone is the vendor's domain that the name lies in; catalogue the version of the curated lists.
    change is YAML for the configuration that turns the decision round; empty where none can.
    """

    name: str
    type: str
    client: str | None
    group: str
    action: Action
    layer: str | None
    because: str
    rule: RuleShown | None
    vendor: str | None
    product: str | None
    purpose: str | None
    breakage: str | None
    breaks: str | None
    reason: str | None
    confidence: str | None
    inferred: bool
    evidence: tuple[Evidence, ...]
    answer: AnswerShown | None
    alias: str | None
    passed_over: tuple[PassedOver, ...]
    zone: RuleShown | None
    catalogue: str | None
    change: str

    def as_json(self) -> str:
        """One line."""
        return json.dumps(asdict(self), ensure_ascii=False)
