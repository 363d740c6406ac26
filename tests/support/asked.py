"""A Present as a test needs it: two groups, two vendors, a list."""

from typing import Any

from blocker.asked.present import Present
from blocker.link import UserRule
from blocker.store import Key, Setting, Settings
from tests.support.plans import GENERATION, generation

NOW = 1_800_000_000.0
DEFAULT = GENERATION.groups[0]
CONFIGURED: list[UserRule] = [
    {"action": "block", "text": "Ads.example", "list": "blocker.yaml", "line": 3},
    {"action": "allow", "text": "fine.example", "list": "blocker.yaml", "line": 4},
    {"action": "block", "text": "k.example", "list": "blocker.yaml", "line": 9, "group": "kids"},
]


def present(*changed: tuple[Key, dict[str, Any]], ruleset: str = "/nowhere") -> Present:
    settings = tuple(
        Setting(key, value, number, NOW - 60, "me")
        for number, (key, value) in enumerate(changed, 1)
    )
    groups = [DEFAULT, {**DEFAULT, "name": "kids"}]
    return Present(
        configured=generation(groups=groups, rules=CONFIGURED, ruleset=ruleset),
        settings=Settings(settings, len(settings)),
        now=NOW,
        vendors=["oppo", "xiaomi"],
        off=["oppo"],
        subscriptions=["oisd"],
    )
