"""A pause: nothing is blocked for a while. It always ends by itself."""

from pydantic import Field

from blocker.asked.asked import Asked, Name, Period, span
from blocker.asked.present import Present
from blocker.store import Edit, Key
from blocker.store.settings import Value, scope


class Pause(Asked):
    """Of all, or of a group."""

    seconds: Period = Field(alias="for", description="How long: 30s, 10m, 2h, 1d.")
    group: Name | None = Field(default=None, description="Its clients alone.")

    def edit(self, present: Present) -> Edit:
        key = Key("pause", group=present.group(self.group))
        said = f"pause{scope(key)} for {span(self.seconds)}"
        return Edit(said, {key: {"until": present.now + self.seconds}})


class Resume(Asked):
    """Without a group every pause ends, those of groups as well."""

    group: Name | None = None

    def edit(self, present: Present) -> Edit:
        group = present.group(self.group)
        ended: dict[Key, Value | None] = {
            each.key: None
            for each in present.settings
            if each.key.kind == "pause" and (not group or each.key.group == group)
        }
        return Edit(f"resume{scope(Key('pause', group=group))}", ended)
