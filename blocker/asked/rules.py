"""Rules: to allow or block names, for ever or for a while, and to take rules back."""

from typing import Literal

from pydantic import Field, model_validator

from blocker.asked.asked import Asked, Client, Name, Names, Note, Period, span
from blocker.asked.listing import RuleInForce, rules_in_force
from blocker.asked.present import NotPossible, Present, Unknown
from blocker.store import Edit, Key
from blocker.store.settings import Kind, Value, canonical, scope


class NewRule(Asked):
    """`name` is a name and all below it, `=name` is it alone, `/.../` a regular expression."""

    action: Literal["allow", "block"]
    name: Names
    group: Name | None = Field(default=None, description="For its clients; without it for all.")
    client: Client | None = Field(default=None, description="For this IP address alone.")
    seconds: Period | None = Field(default=None, alias="for", description="Then it lapses.")
    note: Note = Field(default="", description="Why; kept with the rule.")

    @model_validator(mode="after")
    def _one_scope(self) -> "NewRule":
        if self.group is not None and self.client is not None:
            raise ValueError("names a group and a client; write one of them, or neither")
        return self

    def edit(self, present: Present) -> Edit:
        group, client = present.group(self.group), self.client or ""
        value: dict[str, object] = {"action": self.action}
        if self.note:
            value["note"] = self.note
        kind: Kind = "rule"
        if self.seconds is not None:
            kind, value["until"] = "temporary", present.now + self.seconds
        values: dict[Key, Value | None] = {}
        for name in self.name:
            key = Key(kind, canonical(name), group, client)
            _must_have_effect(self.action, key, present)
            values[key] = value
            if kind == "rule":  # what was so for a while is so for ever, or is not so any more
                values[Key("temporary", key.subject, group, client)] = None
        lasting = "" if self.seconds is None else f" for {span(self.seconds)}"
        note = f" ({self.note})" if self.note else ""
        said = ", ".join(canonical(name) for name in self.name)
        return Edit(
            f"{self.action} {said}{scope(Key(kind, '', group, client))}{lasting}{note}", values
        )


class NewAllowance(Asked):
    """Names that are allowed for a while."""

    name: Names
    seconds: Period = Field(alias="for", description="How long: 30m, 2h, 1d.")
    group: Name | None = None
    client: Client | None = None
    note: Note = ""

    def edit(self, present: Present) -> Edit:
        rule = NewRule.model_validate(
            {
                "action": "allow",
                "name": self.name,
                "group": self.group,
                "client": self.client,
                "for": span(self.seconds),
                "note": self.note,
            }
        )
        return rule.edit(present)


class Removal(Asked):
    """A rule by its id; by its name all rules on it, unless a group or a client is named."""

    id: str = Field(max_length=1024, description="The rule's id, or its name.")
    group: Name | None = None
    client: Client | None = None

    def edit(self, present: Present) -> Edit:
        found = [rule for rule in rules_in_force(present) if self._means(rule)]
        if not found:
            message = f"no rule in force is {self.id}; `blocker rules` shows those that are"
            raise Unknown(message)
        values: dict[Key, Value | None] = {}
        for rule in found:
            scoped = (canonical(rule.name), rule.group or "", rule.client or "")
            if rule.origin == "config":
                values[Key("rule", *scoped)] = {"action": "remove"}
            else:
                values[Key("temporary" if rule.until else "rule", *scoped)] = None
        return Edit("remove " + ", ".join(rule.in_words() for rule in found), values)

    def _means(self, rule: RuleInForce) -> bool:
        if self.id == rule.id:
            return True
        if canonical(self.id) != canonical(rule.name):
            return False
        return self.group in (None, rule.group) and self.client in (None, rule.client)


def _must_have_effect(action: str, key: Key, present: Present) -> None:
    """To block a name alone, while it and all below it are allowed, would change nothing."""
    if action != "block" or not key.subject.startswith("="):
        return
    bare = key.subject.removeprefix("=")
    for rule in rules_in_force(present):
        same_scope = (rule.group or "", rule.client or "") == (key.group, key.client)
        if rule.action == "allow" and same_scope and canonical(rule.name) == bare:
            message = (
                f"{bare} is allowed with all below it, by {rule.place}, and an allow is stronger; "
                f"remove that first (blocker rules remove {rule.id}), or block {bare} as a whole"
            )
            raise NotPossible(message)
