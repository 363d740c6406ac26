"""What a change is checked against: the configuration, what was changed since, and the lists."""

from collections.abc import Collection
from dataclasses import dataclass, field

from blocker.core.policy import PURPOSES
from blocker.errors import BlockerError
from blocker.link import Generation
from blocker.store import Settings
from blocker.yamlfile import suggest


class NotPossible(BlockerError):
    """What was asked cannot be done; the text says what can."""


class Unknown(NotPossible):
    """Nothing has the name that was asked for."""


@dataclass(frozen=True, slots=True)
class Present:
    """How things are when something is asked; `now` is a wall clock."""

    configured: Generation
    settings: Settings
    now: float
    vendors: Collection[str] = ()
    subscriptions: Collection[str] = ()
    off: Collection[str] = ()  # vendors that are off unless switched on
    purposes: Collection[str] = field(default=PURPOSES)

    @property
    def groups(self) -> list[str]:
        return [group["name"] for group in self.configured.groups]

    def group(self, name: str | None) -> str:
        """The group of that name; none is all of them."""
        if name is not None:
            _must_be_known("group", name, self.groups)
        return name or ""

    def subject(self, kind: str, name: str) -> str:
        """The vendor, purpose or subscription of that name."""
        known = {
            "vendor": self.vendors,
            "purpose": self.purposes,
            "subscription": self.subscriptions,
        }
        _must_be_known(kind, name, known[kind])
        return name


def _must_be_known(what: str, name: str, known: Collection[str]) -> None:
    if name not in known:
        instead = suggest(name, sorted(known)) if known else "the configuration has none"
        message = f"there is no {what} {name}; {instead}"
        raise Unknown(message)
