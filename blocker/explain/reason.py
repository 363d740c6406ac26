"""Why a name is answered the way it is.

Rule: nothing is decided here. The engine itself is asked, and the policy's trace tells how it came
to its verdict, so an explanation cannot differ from the answer. No I/O: the command line and the
admin API give what they have loaded, and print what comes back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Final, Protocol

from blocker.core import special, wire
from blocker.core.engine import Engine, Forward, View
from blocker.core.names import to_text
from blocker.core.policy import Rule, VerdictAction
from blocker.core.reply import Reply
from blocker.core.view import Matcher, is_id
from blocker.explain.answer import read_reply
from blocker.explain.explanation import (
    Action,
    AnswerShown,
    Evidence,
    Explanation,
    PassedOver,
    RuleShown,
)
from blocker.explain.qtypes import type_name, type_number
from blocker.userrules import domain_name

HERE: Final = "127.0.0.1"  # whoever is not named may ask
DEFAULT_GROUP: Final = "default"
CHANGES: Final = "changes"  # the list of rules from API and command line; their line is the change


class Source(Protocol):
    """What is known of a source of evidence."""

    @property
    def title(self) -> str: ...
    @property
    def url(self) -> str: ...


def explain(
    view: View,
    name: str,
    qtype: str = "A",
    client: str | None = None,
    *,
    group: str = DEFAULT_GROUP,
    networks: Iterable[IPv4Network | IPv6Network] = (),
    zones: Iterable[bytes] = (),
    sources: Mapping[str, Source] | None = None,
    aliases: Sequence[str] = (),
    catalogue: str | None = None,
) -> Explanation:
    """What the engine would do with this question of this client, whose view and group these are.

    aliases are the names an answer known already goes on to; without them only the name itself is
    looked at. ValueError("what is wrong; what to write instead") for a name, type or client that is
    none.
    """
    asked = _Question(domain_name(name), type_number(qtype), _client(client))
    engine = Engine(view, networks=networks, zones=zones)
    outcome = engine.on_query(asked.packet, asked.client, 0.0)
    finding = _finding(view.policy, asked, outcome, engine.datagrams.entries)
    finding = _uncloaked(view, asked, finding, aliases)
    rule = finding.rule or _NO_RULE
    curated = rule.layer == "curated"
    return Explanation(
        name=to_text(asked.name),
        type=type_name(asked.qtype),
        client=client,
        group=group,
        action=finding.action,
        layer=rule.layer if finding.rule else finding.layer,
        because=finding.because,
        rule=_shown(rule) if finding.rule else None,
        vendor=rule.vendor or (finding.zone.vendor if finding.zone else None),
        product=rule.product or None,
        purpose=rule.purpose or None,
        breakage=rule.breakage if curated else None,
        breaks=rule.breaks or None,
        reason=rule.reason or None,
        confidence=rule.confidence or None,
        inferred=rule.inferred,
        evidence=_evidence(rule.evidence, sources or {}),
        answer=finding.answer,
        alias=finding.alias,
        passed_over=finding.passed_over,
        zone=_shown(finding.zone) if finding.zone else None,
        catalogue=catalogue,
        change=_change(finding, to_text(asked.name)),
    )


@dataclass(frozen=True, slots=True)
class _Question:
    name: bytes
    qtype: int
    client: str

    @property
    def packet(self) -> bytes:
        head = b"\x00\x00\x01\x00\x00\x01" + bytes(6)  # RD, one question
        return head + self.name + self.qtype.to_bytes(2, "big") + b"\x00\x01"


@dataclass(frozen=True, slots=True)
class _Finding:
    action: Action
    because: str
    layer: str | None = None
    rule: Rule | None = None
    answer: AnswerShown | None = None
    alias: str | None = None
    passed_over: tuple[PassedOver, ...] = ()
    zone: Rule | None = None


_NO_RULE: Final = Rule("", b"", "exact", "allow", "user", "", 0)


def _client(written: str | None) -> str:
    if written is not None and is_id(written):
        return written
    try:
        return str(ip_address(written or HERE))
    except ValueError:
        message = f"{written} is not a client; write its IP address, or its id:"
        raise ValueError(message) from None


def _finding(
    policy: Matcher,
    asked: _Question,
    outcome: bytes | Forward | None,
    journal: Sequence[tuple[str, Reply]],
) -> _Finding:
    if isinstance(outcome, Forward):
        action = outcome.verdict.action if outcome.verdict else None
        return _traced(policy, asked, "local" if outcome.aliased else action, None)
    reply = journal[-1][1]
    answer = read_reply(reply.tail)
    if reply.action == "blocked":
        return _traced(policy, asked, "block", answer)
    if reply.action == "refused":
        because = "this client may not ask: it is not at home, and dns.allow_from does not name it"
        return _Finding("local", because, "access", answer=answer)
    if reply.verdict is not None:
        return _traced(policy, asked, "local", answer)
    zone = special.find(asked.name)
    because = zone.why if zone else "questions of this type are never passed on"
    return _Finding("local", because, "special", answer=answer)


def _traced(
    policy: Matcher,
    asked: _Question,
    action: VerdictAction | None,
    answer: AnswerShown | None,
    alias: bytes = b"",
) -> _Finding:
    """The rule behind a verdict, with its own line, and those beside it."""
    deciding: Rule | None = None
    zone: Rule | None = None
    passed_over: list[PassedOver] = []
    for rule, state in policy.trace(alias or asked.name, asked.qtype, asked.client):
        if rule.layer == "zone":
            zone = zone or rule
        elif deciding is None and state == action:
            deciding = rule
        else:
            passed_over.append(_passed_over(rule, state))
    passed = tuple(passed_over)
    if action is None or action == "depends" or deciding is None:
        return _Finding("pass", _why_not(passed, zone), passed_over=passed, zone=zone)
    because = _because(deciding, action)
    return _Finding(action, because, rule=deciding, answer=answer, passed_over=passed, zone=zone)


def _uncloaked(
    view: View,
    asked: _Question,
    finding: _Finding,
    aliases: Sequence[str],
) -> _Finding:
    """The finding by way of an alias, when one of them is blocked and nothing allows the name."""
    if finding.action not in ("pass", "shadow"):
        return finding
    for alias in aliases:
        name = domain_name(alias)
        verdict = view.policy.match(name)
        if verdict is not None and verdict.action == "depends":
            verdict = view.policy.resolve(verdict, asked.qtype, asked.client)
        if verdict is None or verdict.action != "block":
            continue
        query = wire.parse_query(asked.packet)
        answer = read_reply(view.sinkhole.tail(query, verdict))
        found = _traced(view.policy, asked, "block", answer, name)
        return _Finding(
            "block",
            f"it is an alias of {to_text(name)}: {found.because}",
            rule=found.rule,
            answer=found.answer,
            alias=to_text(name),
            passed_over=found.passed_over,
            zone=found.zone,
        )
    return finding


def _why_not(passed_over: Sequence[PassedOver], zone: Rule | None) -> str:
    if passed_over:
        return "no rule in force names it"
    return f"a zone of {zone.vendor}, on no list" if zone else "no rule names it"


def _because(rule: Rule, action: VerdictAction) -> str:
    if action == "local":
        return "your own record" if rule.layer == "user" else f"a record on the list {rule.list}"
    if rule.layer == "user":
        return f"your own rule {action}s it"
    if rule.layer == "keep":
        return "no list may block it"
    if rule.layer == "subscription":
        return f"the list {rule.list} {action}s it"
    what = f"{rule.purpose} of {rule.vendor}"
    if action == "allow":
        return f"{what}: a function of the device, not telemetry"
    return f"{what} in shadow: counted, not blocked" if action == "shadow" else what


def _passed_over(rule: Rule, state: str) -> PassedOver:
    why = {"shadow": "in shadow: counted, not blocked", "allow": "the rule in shadow comes first"}
    return PassedOver(_shown(rule), rule.layer, rule.vendor, rule.purpose, why.get(state, state))


def _shown(rule: Rule) -> RuleShown:
    return RuleShown(rule.text, rule.list, rule.line)


def _evidence(keys: Iterable[str], sources: Mapping[str, Source]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(key, sources[key].title, sources[key].url)
        if key in sources
        else Evidence(key, "", "")
        for key in keys
    )


def _change(finding: _Finding, name: str) -> str:
    if finding.rule and finding.rule.list == CHANGES and not finding.alias:
        return f"blocker undo {finding.rule.line}\n"
    if finding.rule and finding.rule.layer == "user" and not finding.alias:
        return f"# remove {finding.rule.text} at {finding.rule.list}:{finding.rule.line}\n"
    if finding.action == "block":
        return f"rules:\n  allow:\n    - {name}\n"
    if finding.action == "shadow" and finding.rule:
        return f"blocking:\n  vendors:\n    {finding.rule.vendor}: on\n"
    if finding.action in ("allow", "pass"):
        return f"rules:\n  block:\n    - {name}\n"
    return ""
