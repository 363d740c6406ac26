"""Shadow: whom it would hit, bounded, with totals that stay exact."""

import pytest

from blocker.admin import shadow as module
from blocker.admin.shadow import Cause, Shadow, switched
from blocker.core.row import Kind, Row
from tests.support.plans import GENERATION

OPPO = Kind("forwarded", "shadow", "curated", "lists/vendors/oppo.yaml", "a.example", 1, "oppo",
            "push", "none")  # fmt: skip
LISTED = Kind("cached", "shadow", "subscription", "oisd")
PHONE, TV = "192.168.1.20", "192.168.1.21"


def row(
    second: int, name: str = "a.example", client: str = PHONE, kind: Kind = OPPO, count: int = 1
) -> Row:
    return Row(second, client, name, 1, 0, kind, count)


def test_hits_are_counted_by_client_and_cause() -> None:
    shadow = Shadow(1)
    shadow.take([row(5, count=2), row(7, "b.example"), row(6, client=TV), row(6, kind=LISTED)])
    shadow.take([row(6, kind=Kind("blocked", "block", vendor="oppo"))])
    first, *rest = shadow.hits()
    client, cause, hits = first
    assert (client, cause) == (PHONE, Cause("oppo", "push", ""))
    assert (hits.count, hits.first, hits.last) == (3, 5, 7)
    assert hits.names == {"a.example": 2, "b.example": 1}
    assert [(client, cause) for client, cause, _ in rest] == [
        (PHONE, Cause("", "", "oisd")),
        (TV, Cause("oppo", "push", "")),
    ]
    assert [client for client, *_ in shadow.hits(TV)] == [TV]
    assert shadow.hits("192.168.1.99") == []


@pytest.mark.parametrize(
    "kind, name, is_it",
    [("vendor", "oppo", True), ("purpose", "push", True), ("subscription", "oisd", False)],
)
def test_a_cause_is_of_what_is_in_shadow(kind: str, name: str, is_it: bool) -> None:
    assert Cause("oppo", "push", "").is_of(kind, name) is is_it
    assert Cause("", "", "oisd").is_of(kind, name) is not is_it


def test_names_are_bounded_and_their_number_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "NAMES", 2)
    shadow = Shadow(1)
    shadow.take([row(5, f"n{number}.example") for number in range(9)])
    shadow.take([row(5, "n0.example"), row(5, "", count=4)])
    ((_, _, hits),) = shadow.hits()
    assert hits.names == {"n0.example": 2, "n1.example": 1}
    assert (hits.count, hits.others) == (14, 11)


def test_clients_are_bounded_and_their_number_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PLACES", 3)
    shadow = Shadow(1)
    shadow.take([row(5, client=f"10.0.0.{number}") for number in range(50)])
    assert [(client, hits.count) for client, _, hits in shadow.hits()] == [
        ("", 47), ("10.0.0.0", 1), ("10.0.0.1", 1), ("10.0.0.2", 1),
    ]  # fmt: skip


def test_what_is_in_shadow_for_which_groups() -> None:
    default = GENERATION.groups[0]
    on = {"state": "on", "purposes": None, "max_breakage": None}
    blocking = {
        **default["blocking"],
        "vendors": {"oppo": {**on, "state": "shadow"}, "xiaomi": on},
        "purposes": {"push": "shadow", "location": "off"},
        "lists": {"oisd": "on"},
    }
    kids = {**default, "name": "kids", "blocking": {**blocking, "lists": {"oisd": "shadow"}}}
    groups = [{**default, "blocking": blocking}, kids]
    assert list(switched(groups)) == [  # type: ignore[arg-type]
        ("purpose", "push", ["default", "kids"]),
        ("subscription", "oisd", ["kids"]),
        ("vendor", "oppo", ["default", "kids"]),
    ]
