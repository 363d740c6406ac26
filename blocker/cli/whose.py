"""Which device is meant: by the name that the user gave it, by its key, or by an address.

Rule: what no device is called stands for itself, for the log may know more than the names.
"""

from collections.abc import Mapping
from contextlib import suppress

from blocker.errors import StartError


def device_of(written: str, names: Mapping[str, str]) -> str:
    """As the log is asked. `names` are those that the user gave, by key."""
    from pydantic import TypeAdapter, ValidationError

    from blocker.asked.devices import DeviceKey

    keys = sorted(key for key, name in names.items() if name.casefold() == written.casefold())
    if len(keys) > 1:
        message = f"{len(keys)} devices are called {written}; write a key: {', '.join(keys)}"
        raise StartError(message)
    device = keys[0] if keys else written
    with suppress(ValidationError):  # as privacy leaves it, or no device at all
        device = TypeAdapter(DeviceKey).validate_python(device)
    return device.removeprefix("ip:")  # of before its MAC address was known, too


def no_such(written: str) -> StartError:
    return StartError(f"there is no device {written}; `blocker devices` lists them")
