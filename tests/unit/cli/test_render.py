"""Explanations as a person reads them."""

import io
from typing import Any

import pytest
from rich.console import Console

from blocker.cli.render import render
from blocker.core.policy import Policy, Switch
from blocker.core.sinkhole import Sinkhole
from blocker.core.view import View
from blocker.explain import explain
from tests.support.rules import entry, keep, policy, rule


class Paper:
    """A source of evidence."""

    title = "A [bold]study[/bold]"
    url = "https://example.org/study"


def shown(made: Policy, name: str = "data.mistat.example", **how: Any) -> list[str]:
    output = io.StringIO()
    explanation = explain(View(made, how.pop("sinkhole", Sinkhole())), name, **how)
    render(explanation, Console(file=output, width=40, highlight=False))
    return output.getvalue().splitlines()


def test_all_there_is_to_say_of_a_blocked_name() -> None:
    made = policy(
        entry(
            "mistat.example",
            product="Mi Stats",
            breakage="minor",
            breaks="the statistics page",
            evidence=("paper", "other"),
            confidence="measured",
            inferred=True,
            line=12,
        ),
        entry("example", "crash-reports", line=3),
    )
    assert shown(made, sources={"paper": Paper()}) == [
        "data.mistat.example A",
        "  blocked       analytics of xiaomi",
        "  rule          mistat.example  (lists/vendors/xiaomi.yaml:12)",
        "  vendor        xiaomi, Mi Stats",
        "  purpose       analytics (measured, inferred)",
        "  breaks        the statistics page (minor)",
        "  evidence      A [bold]study[/bold]",
        "                https://example.org/study",
        "                other",
        "  answer        0.0.0.0, for 30 s",
        "  passed over   example  (lists/vendors/xiaomi.yaml:3): "
        "the more specific mistat.example decides",
        "  to allow it   rules:",
        "                  allow:",
        "                    - data.mistat.example",
    ]


def test_nothing_matched() -> None:
    assert shown(policy(), "example.org") == [
        "example.org A",
        "  not blocked   no rule names it",
        "  answer        what the upstream says",
        "                and blocked all the same if a name in its chain of aliases (CNAME) is",
        "  to block it   rules:",
        "                  block:",
        "                    - example.org",
    ]


@pytest.mark.parametrize(
    "made, lines",
    [
        (
            policy(keep("mistat.example", reason="Updates.")),
            ["  allowed       no list may block it", "  kept because  Updates."],
        ),
        (
            policy(rule("mistat.example", line=4)),
            [
                "  blocked       your own rule blocks it",
                "  to undo it    remove mistat.example at ",
            ],
        ),
        (
            policy(entry("mistat.example", "updates", breakage="major", breaks="updates")),
            ["  allowed       updates of xiaomi: a function", "  without it    updates (major)"],
        ),
        (
            policy(entry("mistat.example"), vendors={"xiaomi": Switch("shadow")}),
            ["  in shadow     analytics of xiaomi in shadow", "  to block it   blocking:"],
        ),
        (
            policy(entry("mistat.example"), vendors={"xiaomi": Switch("off")}),
            ["  not blocked   no rule in force names it", "  passed over   mistat.example  ("],
        ),
    ],
)
def test_other_outcomes(made: Policy, lines: list[str]) -> None:
    said = shown(made)
    for line in lines:
        assert any(each.startswith(line) for each in said), said


@pytest.mark.parametrize(
    "name, mode, answer",
    [
        ("printer.local", "addresses", "NXDOMAIN, for 3600 s"),
        ("x.blocked.example", "nodata", "NODATA, for 30 s"),
        ("x.blocked.example", "refused", "REFUSED"),
    ],
)
def test_answers(name: str, mode: Any, answer: str) -> None:
    said = shown(policy(rule("blocked.example")), name, sinkhole=Sinkhole(mode))
    assert f"  answer        {answer}" in said


def test_several_are_kept_apart() -> None:
    output = io.StringIO()
    console = Console(file=output)
    for apart in (False, True):
        render(explain(View(policy()), "example.org"), console, apart=apart)
    assert output.getvalue().count("\n\nexample.org A\n") == 1
