"""A rescue: names allowed for one client for a while, then kept or given up."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Final

from pydantic import Field

from blocker.asked.asked import Asked, Client, Names, Period
from blocker.asked.present import NotPossible, Present
from blocker.asked.rules import NewAllowance
from blocker.store import Edit, Key, Setting
from blocker.store.settings import Value, canonical

NOTE: Final = "rescue"


class Rescued(Asked):
    """Names for one client, until it is known whether they help."""

    client: Client
    names: Names
    seconds: Period = Field(default=1_800, alias="for")

    def edit(self, present: Present) -> Edit:
        allowance = NewAllowance.model_construct(
            name=self.names, seconds=self.seconds, group=None, client=self.client, note=NOTE
        )
        return allowance.edit(present)


class _Decision(Asked):
    """What becomes of names that a rescue has allowed: all of the client's, unless some are
    named.
    """

    client: Client
    names: Names | None = None

    def edit(self, present: Present) -> Edit:
        wanted = None if self.names is None else {canonical(name) for name in self.names}
        chosen = [
            setting
            for setting in pending(present, self.client)
            if wanted is None or setting.key.subject in wanted
        ]
        if not chosen:
            message = (
                f"nothing is allowed for a while for {self.client} that a rescue began; "
                f"begin one: blocker rescue --client {self.client}"
            )
            raise NotPossible(message)
        values: dict[Key, Value | None] = {}
        for setting in chosen:
            values |= self.decided(setting)
        said = ", ".join(setting.key.subject for setting in chosen)
        return Edit(f"{self.word()} {said} for {self.client} ({NOTE})", values)

    @abstractmethod
    def word(self) -> str: ...

    @abstractmethod
    def decided(self, setting: Setting) -> dict[Key, Value | None]: ...


class Keep(_Decision):
    """They helped: allow them for this client for good."""

    def word(self) -> str:
        return "keep"

    def decided(self, setting: Setting) -> dict[Key, Value | None]:
        key = setting.key
        lasting = Key("rule", key.subject, key.group, key.client)
        return {key: None, lasting: {"action": "allow", "note": NOTE}}


class Lapse(_Decision):
    """They did not: block them again at once."""

    def word(self) -> str:
        return "lapse"

    def decided(self, setting: Setting) -> dict[Key, Value | None]:
        return {setting.key: None}


def pending(present: Present, client: str) -> Iterator[Setting]:
    """What a rescue of this client allows now."""
    for setting in present.settings.in_force(present.now):
        key = setting.key
        if key.kind == "temporary" and key.client == client and setting.value.get("note") == NOTE:
            yield setting
