"""Switches: a vendor, a purpose or a subscription on, off, or in shadow."""

from typing import ClassVar, Literal

from pydantic import Field

from blocker.asked.asked import Asked, Name
from blocker.asked.present import Present
from blocker.store import Edit, Key
from blocker.store.settings import Kind, sentence


class _Switch(Asked):
    kind: ClassVar[Kind]

    state: Literal["on", "off", "shadow"] = Field(
        description="on: blocked. off: not blocked. shadow: counted as if, and not blocked."
    )
    group: Name | None = Field(default=None, description="For its clients; without it for all.")

    @property
    def subject(self) -> str:
        """What is switched."""
        told: str = getattr(self, self.kind)
        return told

    def edit(self, present: Present) -> Edit:
        key = Key(self.kind, present.subject(self.kind, self.subject), present.group(self.group))
        value = {"state": self.state}
        return Edit(sentence(key, value), {key: value})


class VendorSwitch(_Switch):
    """One vendor; which of its purposes are blocked stays as it is."""

    kind = "vendor"
    vendor: Name


class PurposeSwitch(_Switch):
    """One purpose, of all vendors."""

    kind = "purpose"
    purpose: Name


class SubscriptionSwitch(_Switch):
    """One subscribed list."""

    kind = "subscription"
    subscription: Name
