"""Who made a device, by its MAC address: the registry of the IEEE, as netaddr carries it.

Rule: a MAC address that a phone has made up for a network says nothing, whatever is registered.
"""

from functools import lru_cache
from typing import Final

from netaddr import EUI, NotRegisteredError

_LOCALLY_ADMINISTERED: Final = 0x02  # IEEE 802, the second bit of the first octet
_REMEMBERED: Final = 10_000


def is_randomised(mac: str) -> bool:
    return bool(int(mac[:2], 16) & _LOCALLY_ADMINISTERED)


@lru_cache(_REMEMBERED)  # each look-up reads a file
def maker_of(mac: str) -> str:
    """As the registry has it; "" for what is randomised or not registered."""
    if is_randomised(mac):
        return ""
    try:
        return str(EUI(mac).oui.registration()["org"])
    except NotRegisteredError:
        return ""
