"""What a configuration means for a Policy: the user's rules and the vendors' switches."""

from blocker.config.model import Config
from blocker.core.policy import Rule, RuleAction, Switch
from blocker.userrules import user_rule

_ACTIONS: tuple[RuleAction, ...] = ("allow", "block")


def overlay(config: Config) -> list[Rule]:
    """The rules under `rules:`, each with its line."""
    document = config.document
    if document is None:
        return []
    return [
        user_rule(text, action, document.file, document.line("rules", action, index))
        for action in _ACTIONS
        for index, text in enumerate(getattr(config.rules, action))
    ]


def switches(config: Config) -> dict[str, Switch]:
    """The settings under `blocking.vendors`, by vendor."""
    return {
        vendor: Switch(
            state=switch.state,
            purposes=None if switch.purposes is None else frozenset(switch.purposes),
            max_breakage=switch.max_breakage,
        )
        for vendor, switch in config.blocking.vendors.items()
    }
