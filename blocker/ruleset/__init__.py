"""Compiled rules: written by catalog/compile.py, mapped by every worker."""

from blocker.ruleset.layout import Progress, verify
from blocker.ruleset.mapped import MappedRuleset, open_ruleset
from blocker.ruleset.writer import RulesetWriter

__all__ = ["MappedRuleset", "Progress", "RulesetWriter", "open_ruleset", "verify"]
