"""What is too wide for a list."""

import pytest

from blocker.catalog.formats.width import is_suffix, too_wide


@pytest.mark.parametrize(
    "name", ["org", "xyz", "uk", "a-", "aaaa", "xn--p1ai", "com.tr", "co.uk", "hl.cn", "me.uk"]
)
def test_too_wide(name: str) -> None:
    assert "covers" in too_wide(name.split("."))


@pytest.mark.parametrize(
    "name",
    ["example.org", "host1", "my_host", "my-host", "com.example.org", "co.com", "me.de", "a.uk"],
)
def test_not_too_wide(name: str) -> None:
    assert not too_wide(name.split("."))


def test_every_name() -> None:
    assert too_wide([]) == "covers every name"


def test_suffixes_are_of_countries() -> None:
    assert is_suffix(b"com", b"tr")
    assert not is_suffix(b"com", b"org")
