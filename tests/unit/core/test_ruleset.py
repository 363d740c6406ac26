"""The ruleset of a pause: nothing is known, and nothing matches."""

from blocker.core.names import from_text, trie_key
from blocker.core.policy import Policy
from blocker.core.ruleset import NoRules, Ruleset
from tests.support.rules import action, rule


def test_it_knows_no_name() -> None:
    rules: Ruleset = NoRules()
    key = trie_key(from_text("a.example"))
    assert (rules.prefixes(key), rules.rules(key), rules.kinds(key)) == ([], (), ())
    assert rules.kind(key) == 0
    assert not [*rules.off, *rules.relations, *rules.keyless]


def test_the_user_s_own_rules_hold_without_lists() -> None:
    tried = Policy(NoRules(), [rule("a.example")])
    assert action(tried, "x.a.example") == "block"
    assert action(tried, "b.example") is None
