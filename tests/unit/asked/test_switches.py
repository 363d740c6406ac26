"""Switches, for all and for a group."""

import pytest

from blocker.asked.present import NotPossible
from blocker.asked.switches import PurposeSwitch, SubscriptionSwitch, VendorSwitch
from blocker.store import Edit, Key
from tests.support.asked import present


def test_each_switches_its_own() -> None:
    assert VendorSwitch(vendor="xiaomi", state="off").edit(present()) == Edit(
        "vendor xiaomi off", {Key("vendor", "xiaomi"): {"state": "off"}}
    )
    assert PurposeSwitch(purpose="push", state="on", group="kids").edit(present()) == Edit(
        "purpose push on for the group kids", {Key("purpose", "push", "kids"): {"state": "on"}}
    )
    assert SubscriptionSwitch(subscription="oisd", state="shadow").edit(present()) == Edit(
        "subscription oisd shadow", {Key("subscription", "oisd"): {"state": "shadow"}}
    )


def test_what_is_not_known_is_not_switched() -> None:
    with pytest.raises(NotPossible, match="did you mean xiaomi"):
        VendorSwitch(vendor="xiaomy", state="off").edit(present())
    with pytest.raises(NotPossible, match="there is no group"):
        VendorSwitch(vendor="xiaomi", state="off", group="x").edit(present())
    with pytest.raises(ValueError, match="'on', 'off' or 'shadow'"):
        VendorSwitch.model_validate({"vendor": "xiaomi", "state": "no"})
