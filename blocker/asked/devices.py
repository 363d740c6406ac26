"""What the user calls a device, and the group it is put in.

Rule: a device is meant by its key, as `blocker devices` shows it, by its MAC address, or by an
address. It need not be known: what is said of it holds from when it comes.
"""

import re
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from blocker.asked.asked import Asked, Name
from blocker.asked.present import NotPossible, Present
from blocker.asked.spelling import HIDDEN, fits, shown
from blocker.config.client import ID_PATTERN, client
from blocker.config.units import ip_address
from blocker.store import Edit, Key
from blocker.store.settings import Value, sentence

_MAC: Final = r"[0-9a-f][02468ace](:[0-9a-f]{2}){5}"  # another second digit: of many, not of one
_OCTET: Final = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"


def _key(written: Any) -> str:
    """`mac:` or `ip:`, and an address in its usual form; or `id:`, and a name."""
    if isinstance(written, str):
        if written.startswith("id:"):
            return client(written)
        mac = written.lower().replace("-", ":").removeprefix("mac:")
        if re.fullmatch(_MAC, mac):
            return f"mac:{mac}"
        if (address := ip_address(written.removeprefix("ip:").partition("%")[0])) is not None:
            return f"ip:{getattr(address, 'ipv4_mapped', None) or address}"
    message = f"{written} is no device; write its key, as `blocker devices` shows it, or an address"
    raise ValueError(message)


DeviceKey = Annotated[
    str,
    BeforeValidator(_key),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "format": "ipv4"},
                {"type": "string", "format": "ipv6"},
                {"type": "string", "pattern": f"^(mac:)?{_MAC}$"},
                {"type": "string", "pattern": ID_PATTERN},
                {"type": "string", "pattern": rf"^ip:({_OCTET}\.){{3}}{_OCTET}$"},
            ],
            "description": "A device's key, or an address of it.",
            "examples": ["mac:02:00:5e:10:00:01", "192.0.2.7"],
        }
    ),
]

_GIVEN: Final = rf"^[^\s{HIDDEN}]([^{HIDDEN}]*[^\s{HIDDEN}])?$"
GivenName = Annotated[
    str,
    Field(max_length=64),
    fits(
        _GIVEN,
        "a device's name is one line of 1 to 64 characters, with no space at either end and no "
        "control characters",
    ),
    shown(_GIVEN),
]


class DeviceChange(Asked):
    """What is not given stays as it is."""

    device: DeviceKey
    name: GivenName | None = Field(default=None, examples=["Anna's phone"])
    group: Name | None = Field(default=None, description="It is in no other then.")

    def edit(self, present: Present) -> Edit:
        values: dict[Key, Value | None] = {}
        if self.name is not None:
            values[Key("device", self.device)] = {"name": self.name}
        if self.group is not None:
            values[Key("member", self.device)] = {"group": present.group(self.group)}
        if not values:
            raise NotPossible("nothing is to be changed; give a name, a group, or both")
        said = [sentence(key, value) for key, value in values.items() if value]
        return Edit(" and ".join(said), values)


class DeviceForget(Asked):
    """Take its name away; or leave its group to the configuration again."""

    device: DeviceKey
    what: Literal["name", "group"]

    def edit(self, present: Present) -> Edit:
        key = Key("device" if self.what == "name" else "member", self.device)
        what = "its name" if self.what == "name" else "the group it was put in"
        return Edit(f"forget of {self.device} {what}", {key: None})
