"""`rules:` the names a user allows or blocks, before any list has a say."""

from typing import Annotated, Any

from pydantic import BeforeValidator

from blocker.config.section import Section
from blocker.userrules import user_rule


def _rule_text(written: Any) -> str:
    if not isinstance(written, str):
        message = f"{written} is not a name; write it in quotes"
        raise ValueError(message)
    user_rule(written, "block")
    return written


RuleText = Annotated[str, BeforeValidator(_rule_text)]


class UserRules(Section):
    """A name is it and all below it, `=name` is it alone. Of the same name allow beats block."""

    allow: tuple[RuleText, ...] = ()
    block: tuple[RuleText, ...] = ()
