"""The models: what an entry must say of itself."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from blocker.catalog.entry import (
    COULD_BE_A_FUNCTION,
    Entry,
    Group,
    Keep,
    Source,
    VendorFile,
    Zone,
)
from blocker.core.policy import BREAKAGE, PURPOSES, TELEMETRY

MISTAT: dict[str, Any] = {
    "name": "data.mistat.xiaomi.com",
    "product": "MIUI",
    "purpose": "analytics",
    "evidence": ["leith2021oem"],
    "confidence": "measured",
}


def test_an_entry_and_its_defaults() -> None:
    entry = Entry.model_validate(MISTAT)
    assert (entry.breakage, entry.inferred, entry.shared, entry.except_) == (
        "none", False, False, [],
    )  # fmt: skip
    assert entry.written.match == "subtree"


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("breakage", BREAKAGE[1:])
def test_every_purpose_and_breakage_is_known(purpose: str, breakage: str) -> None:
    said = {"purpose": purpose, "breakage": breakage, "breaks": "something"}
    assert Entry.model_validate(MISTAT | said).purpose == purpose


@pytest.mark.parametrize(
    "said, complaint",
    [
        ({"purpose": "ads"}, "ads is not known here; write one of: analytics"),
        ({"purpose": "analytic"}, "analytic is not known here; did you mean analytics?"),
        ({"breakage": "low"}, "low is not known here"),
        ({"confidence": "community-list"}, "did you mean community?"),
        ({"evidence": []}, "at least 1 item"),
        ({"name": "com"}, "com is not one owner's"),
        ({"except": ["a b"]}, "' ' has no place in a host name"),
        ({"breakage": "minor"}, "breakage is minor but not of what; add `breaks:`"),
        ({"breaks": "login"}, "says what breaks but breakage is none; write minor or major"),
        ({"shared": True}, "shared with a function, yet breakage is none"),
        ({"purpose": "updates"}, "updates is a function, yet breakage is none"),
        ({"purpose": "push", "inferred": True}, "push is a guess, yet breakage is none"),
        ({"inferred": "yes"}, "valid boolean"),
        ({"exept": []}, "Extra inputs are not permitted"),
    ],
)
def test_what_an_entry_may_not_say(said: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError) as raised:
        Entry.model_validate(MISTAT | said)
    assert complaint in str(raised.value)


def test_a_guess_of_plain_telemetry_needs_no_breakage() -> None:
    assert Entry.model_validate(MISTAT | {"inferred": True}).inferred


def test_what_could_be_a_function_counts_as_telemetry() -> None:
    assert COULD_BE_A_FUNCTION < TELEMETRY, "of a function, breakage is asked for anyway"


def test_a_kept_name_needs_a_reason() -> None:
    kept = {"name": "time.mi.com", "purpose": "time", "evidence": ["a"]}
    with pytest.raises(ValidationError, match="reason"):
        Keep.model_validate(kept)
    assert Keep.model_validate(kept | {"reason": "The clock."}).written.match == "subtree"


def test_what_is_telemetry_is_not_kept() -> None:
    kept = {"name": "a.mi.com", "purpose": "analytics", "reason": "R", "evidence": ["a"]}
    with pytest.raises(ValidationError, match="analytics is telemetry, which is not kept"):
        Keep.model_validate(kept)
    assert Keep.model_validate(kept | {"purpose": "push"}).purpose == "push"


def test_push_breaks_something() -> None:
    with pytest.raises(ValidationError, match="push brings notifications"):
        Entry.model_validate(MISTAT | {"purpose": "push"})


@pytest.mark.parametrize("name", ["=mi.com", "*.a.mi.com", "a*.mi.com", "com.cn"])
def test_a_zone_is_a_plain_domain(name: str) -> None:
    with pytest.raises(ValueError, match="; write"):
        TypeAdapter(Zone).validate_python(name)


def test_a_family_holds_nothing_together() -> None:
    group = {"names": ["a*.mi.com", "b.mi.com"], "reason": "R", "evidence": ["a"]}
    with pytest.raises(ValidationError, match="is a family; name the member that is meant"):
        Group.model_validate(group)
    with pytest.raises(ValidationError, match="at least 2"):
        Group.model_validate(group | {"names": ["b.mi.com"]})


def test_only_a_pack_is_nobodys() -> None:
    file = {"vendor": "v", "title": "T", "products": {"P": "p"}, "entries": [MISTAT]}
    with pytest.raises(ValidationError, match="no legal_name or jurisdiction"):
        VendorFile.model_validate(file)
    assert VendorFile.model_validate(file | {"default": "off"}).legal_name is None


def test_a_source_needs_an_address() -> None:
    source = {"title": "T", "authors": "A", "year": 2021, "licence": "CC0"}
    assert Source.model_validate(source | {"url": "https://example.org/a"}).year == 2021
    with pytest.raises(ValidationError, match="url"):
        Source.model_validate(source | {"url": "example.org"})
