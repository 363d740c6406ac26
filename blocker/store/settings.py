"""Settings, and the changes that made them: plain values.

A setting has a key, and a key has at most one value: a later change of the same thing replaces the
earlier. A change says of every key it touches what was there before and what is there after it, so
that it can be undone, and so that nothing is undone that was changed again since.

| kind           | subject               | value                                    |
|----------------|-----------------------|------------------------------------------|
| rule           | a name, in one form   | action: allow, block or remove; note     |
| temporary      | a name                | action: allow or block; until; note      |
| vendor         | a vendor              | state: on, off or shadow                 |
| purpose        | a purpose             | state                                    |
| subscription   | a subscription        | state                                    |
| pause          |                       | until                                    |
| device         | a device's key        | name, as the user calls it               |
| member         | a device's key        | group                                    |
| list           | a file of one's own   | text; stands in the trail alone          |

`remove` leaves out what the configuration says of that name. A rule is for all clients unless its
key names a group or a client; a switch or a pause, unless it names a group.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, Literal, Self, cast, get_args

from blocker.core.names import from_text, to_text
from blocker.errors import InvalidName

Kind = Literal[
    "rule", "temporary", "vendor", "purpose", "subscription", "pause", "device", "member", "list"
]  # fmt: skip
ChangeKind = Literal["change", "import", "undo", "lapse", "written", "edit"]
Value = Mapping[str, Any]

RULES: Final = ("rule", "temporary")
SWITCHES: Final = ("vendor", "purpose", "subscription")


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What a setting is of. An empty group stands for all of them, an empty client for any."""

    kind: Kind
    subject: str = ""
    group: str = ""
    client: str = ""

    def encode(self) -> str:
        return json.dumps([self.kind, self.subject, self.group, self.client], ensure_ascii=False)

    @classmethod
    def decode(cls, text: str) -> Self:
        kind, subject, group, client = map(str, json.loads(text))
        if kind not in get_args(Kind):
            message = f"{kind} is no kind of setting"
            raise ValueError(message)
        return cls(cast(Kind, kind), subject, group, client)


@dataclass(frozen=True, slots=True)
class Setting:
    """A value in the store, and the change that put it there."""

    key: Key
    value: Value
    change: int
    at: float
    who: str

    @property
    def until(self) -> float | None:
        until: float | None = self.value.get("until")
        return until

    def has_lapsed(self, now: float) -> bool:
        return self.until is not None and self.until <= now

    def __str__(self) -> str:
        return sentence(self.key, self.value)


class Settings:
    """All of them, oldest change first."""

    __slots__ = ("_by_key", "device_names", "last")

    def __init__(self, settings: tuple[Setting, ...] = (), last: int = 0) -> None:
        self._by_key = {setting.key: setting for setting in settings}
        self.device_names: dict[str, str] = {
            each.key.subject: each.value["name"] for each in settings if each.key.kind == "device"
        }
        self.last = last  # the number of the newest change there was

    def __iter__(self) -> Iterator[Setting]:
        return iter(self._by_key.values())

    def __len__(self) -> int:
        return len(self._by_key)

    def get(self, key: Key) -> Setting | None:
        return self._by_key.get(key)

    def after(self, change: "Change") -> "Settings":
        """With a newer change made."""
        kept = [each for each in self if each.key not in change.after]
        made = [
            Setting(key, value, change.id, change.at, change.who)
            for key, value in change.after.items()
            if value is not None
        ]
        return Settings((*kept, *made), change.id)

    def in_force(self, now: float) -> Iterator[Setting]:
        return (each for each in self if not each.has_lapsed(now))

    def next_lapse(self) -> float | None:
        """When the first of them ends by itself."""
        return min((each.until for each in self if each.until is not None), default=None)


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to be changed; None takes a setting away. `what` says it in words, for the audit."""

    what: str
    values: Mapping[Key, Value | None]
    kind: ChangeKind = "change"


@dataclass(frozen=True, slots=True)
class Change:
    """What was changed, as the audit trail keeps it."""

    id: int
    at: float
    who: str
    what: str
    kind: ChangeKind = "change"
    undoes: int | None = None
    before: Mapping[Key, Value | None] = field(default_factory=dict)
    after: Mapping[Key, Value | None] = field(default_factory=dict)


@lru_cache(maxsize=65_536)  # asked of every rule with every change
def canonical(text: str) -> str:
    """One form for all the ways to write the same rule. A regular expression has but one."""
    if text.startswith("/"):
        return text
    bare = text.removeprefix("=")
    try:
        return text[: len(text) - len(bare)] + to_text(from_text(bare))
    except InvalidName:
        return text.lower()


def sentence(key: Key, value: Value) -> str:
    """`allow example.org for the group kids until 2026-11-23 22:30`."""
    if key.kind == "pause":
        said = "pause"
    elif key.kind == "device":
        said = f"call {key.subject} {value['name']}"
    elif key.kind == "member":
        said = f"put {key.subject} in the group {value['group']}"
    elif key.kind in SWITCHES:
        said = f"{key.kind} {key.subject} {value['state']}"
    elif value["action"] == "remove":
        said = f"leave out the configuration's rules on {key.subject}"
    else:
        said = f"{value['action']} {key.subject}"
    until = f" until {moment(value['until'])}" if "until" in value else ""
    return f"{said}{scope(key)}{until}"


def scope(key: Key) -> str:
    """` for the group kids`, ` for 192.0.2.7`; nothing when it is for all."""
    if key.group:
        return f" for the group {key.group}"
    return f" for {key.client}" if key.client else ""


def moment(at: float) -> str:
    """In the time zone of this machine, to the minute."""
    return f"{datetime.fromtimestamp(at, UTC).astimezone():%Y-%m-%d %H:%M}"


def as_plain(change: Change) -> dict[str, Any]:
    """A change as JSON can say it; `at` stays a number."""
    settings = [
        {
            "kind": key.kind,
            "subject": key.subject,
            "group": key.group or None,
            "client": key.client or None,
            "before": change.before[key],
            "after": after,
        }
        for key, after in change.after.items()
    ]
    told = {name: getattr(change, name) for name in ("id", "at", "who", "what", "kind", "undoes")}
    return {**told, "settings": settings}
