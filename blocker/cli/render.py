"""An explanation for people. Names come from strangers, so nothing in them is taken as markup."""

from collections.abc import Iterator
from typing import Final

from rich.console import Console
from rich.text import Text

from blocker.explain import Explanation
from blocker.explain.explanation import AnswerShown, RuleShown

_OUTCOMES: Final = {
    "block": ("blocked", "bold red"),
    "allow": ("allowed", "bold green"),
    "pass": ("not blocked", "bold green"),
    "shadow": ("in shadow", "bold yellow"),
    "local": ("answered here", "bold cyan"),
}
_CHANGES: Final = {
    "block": "to allow it",
    "allow": "to block it",
    "pass": "to block it",
    "shadow": "to block it",
}
_LABEL: Final = 13


def render(explanation: Explanation, console: Console | None = None, apart: bool = False) -> None:
    """Print it; `apart` leaves a line before it."""
    console = console or Console(highlight=False, emoji=False)
    outcome, style = _OUTCOMES[explanation.action]
    if apart:
        console.print()
    console.print(Text(f"{explanation.name} {explanation.type}", "bold"), soft_wrap=True)
    _line(console, outcome, explanation.because, style)
    for label, text in _details(explanation):
        _line(console, label, text)


def _line(console: Console, label: str, text: str, style: str = "dim") -> None:
    first, *more = text.splitlines() or [""]
    console.print(Text.assemble("  ", (label.ljust(_LABEL), style), " ", first), soft_wrap=True)
    for line in more:
        console.print(Text(" " * (_LABEL + 3) + line), soft_wrap=True)


def _details(explanation: Explanation) -> Iterator[tuple[str, str]]:
    if explanation.rule:
        yield "rule", _rule(explanation.rule)
    if explanation.zone and not explanation.rule:
        yield "zone", _rule(explanation.zone)
    if explanation.vendor:
        yield "vendor", ", ".join(filter(None, (explanation.vendor, explanation.product)))
    if explanation.purpose:
        yield "purpose", _purpose(explanation)
    if explanation.layer == "curated" and explanation.action != "allow":
        nothing = "nothing known"
        yield "breaks", _breaks(explanation) if explanation.breaks else nothing
    elif explanation.breaks:
        yield "without it", _breaks(explanation)
    if explanation.reason:
        yield "kept because", explanation.reason
    for number, evidence in enumerate(explanation.evidence):
        yield (
            "" if number else "evidence",
            f"{evidence.title or evidence.key}\n{evidence.url}".strip(),
        )
    yield "answer", _answer(explanation.answer)
    if explanation.answer is None and explanation.action != "allow":
        yield "", "and blocked all the same if a name in its chain of aliases (CNAME) is"
    for number, passed in enumerate(explanation.passed_over):
        yield "" if number else "passed over", f"{_rule(passed.rule)}: {passed.why}"
    if explanation.change:
        undo = explanation.change.startswith("#")
        label = "to undo it" if undo else _CHANGES[explanation.action]
        yield label, explanation.change.removeprefix("# ")


def _rule(rule: RuleShown) -> str:
    return f"{rule.text}  ({rule.list}:{rule.line})"


def _purpose(explanation: Explanation) -> str:
    how = ", ".join(
        filter(None, (explanation.confidence, "inferred" if explanation.inferred else ""))
    )
    return f"{explanation.purpose} ({how})" if how else f"{explanation.purpose}"


def _breaks(explanation: Explanation) -> str:
    return f"{explanation.breaks} ({explanation.breakage})"


def _answer(answer: AnswerShown | None) -> str:
    if answer is None:
        return "what the upstream says"
    what = ", ".join(answer.records) or ("NODATA" if answer.rcode == "NOERROR" else answer.rcode)
    return what if answer.ttl is None else f"{what}, for {answer.ttl} s"
