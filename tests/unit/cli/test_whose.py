"""A device by its name, its key or an address; and what is said when that is not one."""

import pytest

from blocker.cli.whose import device_of, no_such
from blocker.errors import StartError

MAC = "mac:02:00:5e:10:00:01"
NAMES = {MAC: "Anna's phone", "ip:192.0.2.7": "TV", "id:bob": "Phone", "ip:192.0.2.8": "phone"}


@pytest.mark.parametrize(
    "written, device",
    [
        ("anna's Phone", MAC),
        ("TV", "192.0.2.7"),
        (MAC, MAC),
        ("02-00-5E-10-00-01", MAC),
        ("ip:192.0.2.9", "192.0.2.9"),
        ("2001:DB8::0:7", "2001:db8::7"),
        ("id:bob", "id:bob"),
        ("192.0.2.0/24", "192.0.2.0/24"),  # privacy leaves no more
        ("toaster", "toaster"),
    ],
)
def test_which_is_meant(written: str, device: str) -> None:
    assert device_of(written, NAMES) == device


def test_two_of_a_name_are_told_apart_by_key() -> None:
    with pytest.raises(StartError, match="2 devices are called phone; write a key: id:bob, ip:192"):
        device_of("phone", NAMES)


def test_none_is_told_where_to_look() -> None:
    assert "there is no device toaster; `blocker devices`" in str(no_such("toaster"))
