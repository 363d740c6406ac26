"""All that was changed later, as one document: to keep elsewhere, or to put on another server.

Rule: what is exported can be imported, and is the same then. An import is one change: it replaces
all settings of the kinds that stand here, and can be undone as one. What has lapsed is left out.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from blocker.asked.asked import Asked, Client, Name, Note
from blocker.asked.devices import DeviceKey, GivenName
from blocker.asked.present import NotPossible, Present
from blocker.config.rules import RuleText
from blocker.store import Edit, Key, Setting
from blocker.store.settings import RULES, SWITCHES, Kind, Value, canonical

Text = Annotated[RuleText, Field(max_length=1024)]


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KeptRule(_Kept):
    """`remove` leaves out what the configuration says of that name."""

    kind: Literal["rule"]
    name: Text
    action: Literal["allow", "block", "remove"]
    group: Name | None = None
    client: Client | None = None
    note: Note = ""


class KeptForAWhile(_Kept):
    """A rule that lapses."""

    kind: Literal["temporary"]
    name: Text
    action: Literal["allow", "block"]
    until: AwareDatetime
    group: Name | None = None
    client: Client | None = None
    note: Note = ""


class KeptSwitch(_Kept):
    """Of a vendor, a purpose or a subscribed list."""

    kind: Literal["vendor", "purpose", "subscription"]
    name: Name
    state: Literal["on", "off", "shadow"]
    group: Name | None = None


class KeptPause(_Kept):
    """Of all, or of a group."""

    kind: Literal["pause"]
    until: AwareDatetime
    group: Name | None = None


class KeptDevice(_Kept):
    """What a device is called."""

    kind: Literal["device"]
    device: DeviceKey
    name: GivenName


class KeptMember(_Kept):
    """The group a device was put in."""

    kind: Literal["member"]
    device: DeviceKey
    group: Name


Kept = Annotated[
    KeptRule | KeptForAWhile | KeptSwitch | KeptPause | KeptDevice | KeptMember,
    Field(discriminator="kind"),
]
KINDS: Final[tuple[Kind, ...]] = (*RULES, *SWITCHES, "pause", "device", "member")


class Import(Asked):
    """In place of all that was changed so far."""

    settings: list[Kept] = Field(max_length=10_000)

    def edit(self, present: Present) -> Edit:
        values: dict[Key, Value | None] = {
            each.key: None for each in present.settings if each.key.kind in KINDS
        }
        said: set[Key] = set()
        for kept in self.settings:
            key, value = _key(kept, present), _value(kept)
            if key in said:
                message = f"{key.kind} {key.subject} stands there twice; remove one"
                raise NotPossible(message)
            said.add(key)
            if value.get("until", present.now + 1) > present.now:
                values[key] = value
        return Edit(f"import {len(self.settings)} settings", values, "import")


def exported(settings: Iterable[Setting]) -> list[Kept]:
    """As `Import` takes them, oldest change first."""
    return [_kept(each) for each in settings if each.key.kind in KINDS]


def _kept(setting: Setting) -> Any:
    key = setting.key
    scope = {"kind": key.kind, "group": key.group or None}
    said = dict(setting.value)
    if "until" in said:
        said["until"] = datetime.fromtimestamp(said["until"], UTC)
    if key.kind in ("device", "member"):
        model = KeptDevice if key.kind == "device" else KeptMember
        return model.model_validate({"kind": key.kind, "device": key.subject, **said})
    if key.kind == "pause":
        return KeptPause.model_validate({**scope, **said})
    if key.kind in SWITCHES:
        return KeptSwitch.model_validate({**scope, **said, "name": key.subject})
    rule = KeptRule if key.kind == "rule" else KeptForAWhile
    return rule.model_validate({**scope, **said, "name": key.subject, "client": key.client or None})


def _key(kept: Kept, present: Present) -> Key:
    if isinstance(kept, KeptDevice):
        return Key("device", kept.device)
    group = present.group(kept.group)
    if isinstance(kept, KeptMember):
        return Key("member", kept.device)
    if isinstance(kept, KeptPause):
        return Key("pause", group=group)
    if isinstance(kept, KeptSwitch):
        return Key(kept.kind, present.subject(kept.kind, kept.name), group)
    if group and kept.client:
        message = f"{kept.name} names a group and a client; write one of them, or neither"
        raise NotPossible(message)
    return Key(kept.kind, canonical(kept.name), group, kept.client or "")


def _value(kept: Kept) -> dict[str, Any]:
    if isinstance(kept, KeptSwitch):
        return {"state": kept.state}
    if isinstance(kept, KeptDevice):
        return {"name": kept.name}
    if isinstance(kept, KeptMember):
        return {"group": kept.group}
    value: dict[str, Any] = {}
    if not isinstance(kept, KeptPause):
        value["action"] = kept.action
        if kept.note:
            value["note"] = kept.note
    if not isinstance(kept, KeptRule):
        value["until"] = kept.until.timestamp()
    return value
