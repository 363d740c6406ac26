"""A policy with expressions: beside the names, and only asked where they matter."""

from collections.abc import Sequence

import pytest

from blocker.core.names import from_text
from blocker.core.policy import Policy, Rule
from blocker.core.rule import Condition
from blocker.expressions import Expressions
from tests.support.packets import AAAA, A
from tests.support.rules import action, entry, keep, listed, policy, regex, resolved, rule


class Counting(Expressions):
    """Expressions that tell how often they were asked."""

    searched = 0

    def find(self, name: bytes) -> Sequence[Rule]:
        self.searched += 1
        return super().find(name)


def tried(*rules: Rule) -> Policy:
    own = Expressions([each for each in rules if each.layer == "user"], own=True)
    listed = Expressions([each for each in rules if each.layer != "user"])
    searches = [each for each in (own, listed) if each]
    return policy(*(each for each in rules if each.match != "regex"), searches=searches)


def test_expressions_stand_beside_names() -> None:
    assert action(tried(regex("^ads[0-9]")), "ads1.example") == "block"
    assert action(tried(regex("^ads[0-9]")), "x.ads1.example") is None
    assert action(tried(listed("example"), regex("^ads", "allow")), "ads.example") == "allow"
    assert action(tried(listed("example", "allow"), regex("^ads")), "ads.example") == "allow"
    assert action(tried(rule("example"), regex("^ads", "allow")), "ads.example") == "block"
    assert (
        action(tried(rule("example"), regex("^ads", "allow", layer="user")), "ads.example")
        == "allow"
    )
    assert (
        action(tried(rule("example", "allow"), regex("^ads", "block", layer="user")), "ads.example")
        == "allow"
    )
    assert action(tried(entry("example"), regex("^ads", "allow")), "ads.example") == "block"
    assert (
        action(tried(entry("example"), regex("^ads", "allow", layer="user")), "ads.example")
        == "allow"
    )
    kept = tried(keep("example"), regex("^ads"), regex("^cdn", "block", layer="user"))
    assert (action(kept, "ads.example"), action(kept, "cdn.example")) == ("allow", "block")


@pytest.mark.parametrize("own, exceptions", [(False, False), (False, True), (True, False)])
@pytest.mark.parametrize(
    "decides, layer",
    [(rule("a.example"), "user"), (entry("a.example"), "curated"), (listed("a.example"), "list")],
)
def test_what_no_expression_could_change_is_not_searched(
    own: bool, exceptions: bool, decides: Rule, layer: str
) -> None:
    expression = regex("never", "allow" if exceptions else "block", layer="subscription")
    search = Counting([expression], own=own)
    searching = policy(decides, searches=[search])
    assert action(searching, "a.example") == "block"
    assert search.searched == (own or (exceptions and layer == "list"))
    assert action(searching, "b.example") is None
    assert search.searched == 1 + (own or (exceptions and layer == "list"))


def test_an_expression_is_found_whatever_is_remembered_of_the_names_beside_it() -> None:
    searching = tried(listed("example"), regex("^ads[0-9]", "allow"))
    for _ in range(2):
        assert action(searching, "www.example") == "block"
        assert action(searching, "ads1.example") == "allow"


def test_an_expression_may_be_about_some_types_alone() -> None:
    searching = tried(regex("^ads", condition=Condition(types=(AAAA,))))
    assert resolved(searching, "ads.example", "192.0.2.1", AAAA) == "block"
    assert resolved(searching, "ads.example", "192.0.2.1", A) is None


def test_an_important_expression_outranks_exceptions() -> None:
    assert action(tried(listed("ads.example", "allow"), regex("^ads", important=True)),
                  "ads.example") == "block"  # fmt: skip


def test_the_trace_tells_of_expressions_too() -> None:
    found, name = regex("^ads"), listed("example", "allow")
    steps = tried(name, found).trace(from_text("ads.example"))
    assert steps == [(name, "allow"), (found, "an earlier rule decided")]
