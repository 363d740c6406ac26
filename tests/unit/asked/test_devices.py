"""What a device is called, and the group it is put in."""

import pytest
from pydantic import ValidationError

from blocker.asked.devices import DeviceChange, DeviceForget
from blocker.asked.present import NotPossible, Unknown
from blocker.store import Edit, Key
from tests.support.asked import present

MAC = "mac:02:00:5e:10:00:01"


def test_name_and_group_are_one_change() -> None:
    wish = DeviceChange(device="02-00-5E-10-00-01", name="Anna's phone", group="kids")
    assert wish.edit(present()) == Edit(
        f"call {MAC} Anna's phone and put {MAC} in the group kids",
        {Key("device", MAC): {"name": "Anna's phone"}, Key("member", MAC): {"group": "kids"}},
    )


@pytest.mark.parametrize(
    "written, key",
    [
        ("192.0.2.7", "ip:192.0.2.7"),
        ("id:Anna-phone", "id:anna-phone"),
        ("ip:::ffff:192.0.2.7", "ip:192.0.2.7"),
        ("FE80::1%eth0", "ip:fe80::1"),
        (MAC, MAC),
    ],
)
def test_a_device_is_written_in_many_ways(written: str, key: str) -> None:
    assert DeviceForget(device=written, what="name").device == key


def test_forgetting() -> None:
    edit = DeviceForget(device=MAC, what="group").edit(present())
    assert dict(edit.values) == {Key("member", MAC): None}
    assert edit.what == f"forget of {MAC} the group it was put in"


@pytest.mark.parametrize("device", ["phone", "01:00:5e:00:00:01", "192.0.2.0/24", "", "mac:", 7])
def test_what_is_no_device(device: str) -> None:
    with pytest.raises(ValidationError, match="is no device; write its key"):
        DeviceChange(device=device, name="x")


@pytest.mark.parametrize("name", ["", " x", "x ", "a\x1b[2Jb", "a\nb", "x\n", "a\u202eb", "a" * 65])
def test_a_name_that_would_spoil_a_table(name: str) -> None:
    with pytest.raises(ValidationError, match=r"one line of 1 to 64 characters|at most 64"):
        DeviceChange(device=MAC, name=name)


def test_what_cannot_be_done() -> None:
    with pytest.raises(Unknown, match="there is no group kid"):
        DeviceChange(device=MAC, group="kid").edit(present())
    with pytest.raises(NotPossible, match="give a name, a group, or both"):
        DeviceChange(device=MAC).edit(present())
