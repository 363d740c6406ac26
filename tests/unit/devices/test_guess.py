"""Whose a device is, by what it asks."""

from blocker.core.row import Kind, Row
from blocker.devices.guess import NAMES, VENDORS, Evidence, Guess


def evidence(*asked: tuple[str, str, str]) -> Evidence:
    """Of names, each with its vendor and purpose."""
    found = Evidence()
    for name, vendor, purpose in asked:
        kind = Kind("forwarded", vendor=vendor, purpose=purpose)
        found.take(Row(1, "192.0.2.7", name, 1, 0, kind, 1))
    return found


def test_a_connectivity_check_says_whose_system_it_is() -> None:
    found = evidence(
        ("captive.apple.com", "apple", "connectivity"),
        ("app-measurement.com", "google", "analytics"),
        ("fonts.googleapis.com", "google", "content"),
    )
    reason = "checks its connection at captive.apple.com, as devices of apple do"
    assert found.guess() == Guess("apple", (reason,))


def test_one_name_of_an_app_says_nothing() -> None:
    assert evidence().guess() == Guess()
    assert evidence(("graph.facebook.com", "meta", "analytics")).guess() == Guess()


def test_between_two_that_are_as_likely_nothing_is_guessed() -> None:
    found = evidence(
        ("connectivitycheck.gstatic.com", "google", "connectivity"),
        ("www.msftconnecttest.com", "microsoft", "connectivity"),
    )
    assert found.guess() == Guess()


def test_several_names_of_one_vendor_are_enough_and_are_told() -> None:
    found = evidence(*((f"{host}.mi.com", "xiaomi", "analytics") for host in "abcd"))
    assert found.guess().vendor == "xiaomi"
    assert found.guess().reasons[0] == "asks for a.mi.com, a name of xiaomi"


def test_what_is_remembered_is_bounded() -> None:
    found = evidence(*((f"n{n}.example", f"v{n}", "") for n in range(VENDORS + 9)))
    assert len(found._vendors) == VENDORS
    found = evidence(*((f"n{n}.example", "v", "") for n in range(NAMES + 9)))
    assert len(found._vendors["v"]) == NAMES
