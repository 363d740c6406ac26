"""`rules` and `allowances`: the user's own, from the configuration and changed later."""

from dataclasses import asdict
from datetime import datetime
from http import HTTPStatus
from typing import Any, Literal

from pydantic import Field

from blocker.admin.api.change import Changed, change, moment, present_of
from blocker.admin.api.endpoint import Backend, Body, Endpoint, Nothing
from blocker.asked.listing import rules_in_force
from blocker.asked.rules import NewAllowance, NewRule, Removal


class OwnRuleShown(Body):
    id: str = Field(description="Stays the same as long as the rule does.")
    action: Literal["allow", "block"]
    name: str
    group: str | None = Field(description="Whose clients it is for; null: all.")
    client: str | None = Field(description="The address it is for; null: any.")
    until: datetime | None = Field(description="When it lapses; null: never.")
    origin: Literal["config", "changed"]
    place: str = Field(description="file:line, or who changed it and when.")
    change: int | None = Field(description="The change that made it, to undo it by.")
    note: str


class Rules(Body):
    rules: list[OwnRuleShown]


async def _rules(backend: Backend, asked: Nothing) -> Rules:
    return Rules(rules=_shown(backend))


async def _allowances(backend: Backend, asked: Nothing) -> Rules:
    rules = [rule for rule in _shown(backend) if rule.action == "allow" and rule.until]
    return Rules(rules=rules)


async def _change(backend: Backend, asked: NewRule | NewAllowance | Removal) -> Changed:
    return await change(backend, asked)


def _shown(backend: Backend) -> list[OwnRuleShown]:
    shown: list[OwnRuleShown] = []
    for rule in rules_in_force(present_of(backend.generations)):
        fields: dict[str, Any] = asdict(rule)
        shown.append(OwnRuleShown(**{**fields, "until": moment(rule.until)}))
    return shown


_UNFIT = (HTTPStatus.UNPROCESSABLE_ENTITY,)
ENDPOINTS = (
    Endpoint("GET", "rules", "read", "The user's rules in force", Nothing, Rules, _rules),
    Endpoint(
        "POST", "rules", "rules", "Allow or block names", NewRule, Changed, _change, _UNFIT
    ),
    Endpoint(
        "DELETE", "rules/{id}", "rules", "Take a rule back, also one of the configuration",
        Removal, Changed, _change, _UNFIT,
    ),
    Endpoint(
        "GET", "allowances", "read", "What is allowed for a while", Nothing, Rules, _allowances
    ),
    Endpoint(
        "POST", "allowances", "rules", "Allow names for a while",
        NewAllowance, Changed, _change, _UNFIT,
    ),
)  # fmt: skip
