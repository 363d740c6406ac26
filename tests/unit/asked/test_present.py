"""What is not there is said with what is meant."""

import pytest

from blocker.asked.present import NotPossible
from tests.support.asked import present


def test_what_is_there() -> None:
    now = present()
    assert now.group(None) == ""
    assert now.group("kids") == "kids"
    assert now.subject("vendor", "xiaomi") == "xiaomi"
    assert now.subject("purpose", "push") == "push"
    assert now.subject("subscription", "oisd") == "oisd"


@pytest.mark.parametrize(
    "kind, name, instead",
    [
        ("vendor", "xiaomy", "did you mean xiaomi"),
        ("purpose", "pushh", "did you mean push"),
        ("subscription", "zzz", "write one of: oisd"),
    ],
)
def test_what_is_not(kind: str, name: str, instead: str) -> None:
    with pytest.raises(NotPossible, match=f"there is no {kind} {name}; {instead}"):
        present().subject(kind, name)


def test_no_such_group() -> None:
    with pytest.raises(NotPossible, match="there is no group kid; did you mean kids"):
        present().group("kid")
