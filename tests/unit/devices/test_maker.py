"""Who made a device: the registry, and what it cannot know."""

from blocker.devices.maker import is_randomised, maker_of


def test_a_maker_is_found_in_the_registry() -> None:
    assert "xiaomi" in maker_of("28:6c:07:11:22:33").lower()


def test_a_mac_made_up_by_a_phone_has_no_maker() -> None:
    for mac in ("02:00:5e:10:00:01", "da:a1:19:00:00:01", "3e:11:22:33:44:55"):
        assert is_randomised(mac)
        assert maker_of(mac) == ""
    assert not is_randomised("28:6c:07:11:22:33")


def test_an_unregistered_prefix_has_no_maker() -> None:
    assert maker_of("fc:ff:ff:ff:ff:ff") == ""
