"""Vendors' accounts within a bound: sums exact, and no counter that goes down."""

from blocker.admin.metrics.accounts import OTHER, VendorAccounts
from blocker.link import Accounts

Series = dict[tuple[str, ...], float]


def told(accounts: VendorAccounts, counted: Accounts) -> dict[str, Series]:
    return {
        family.name.removeprefix("blocker_"): {
            tuple(sample.labels.values()): sample.value for sample in family.samples
        }
        for family in accounts.metrics(counted)
    }


def test_blocked_and_shadow_are_the_account_seen_from_one_side() -> None:
    found = told(
        VendorAccounts(),
        {"xiaomi": {"ads": {"blocked": 3, "allowed": 1}}, "oppo": {"push": {"would-block": 2}}},
    )
    assert found == {
        "vendor_queries": {
            ("oppo", "push", "would-block"): 2,
            ("xiaomi", "ads", "allowed"): 1,
            ("xiaomi", "ads", "blocked"): 3,
        },
        "blocked": {("xiaomi", "ads"): 3},
        "shadow": {("oppo", "push"): 2},
    }


def test_who_comes_too_late_is_other_and_the_sums_stay_exact() -> None:
    accounts = VendorAccounts(places=2)
    counted: Accounts = {"a": {"ads": {"blocked": 1}}}
    assert told(accounts, counted)["blocked"] == {("a", "ads"): 1}
    counted = {
        "0": {"ads": {"blocked": 10, "allowed": 5}},
        "a": {"ads": {"blocked": 2}},
        "b": {"ads": {"blocked": 20}},
    }
    found = told(accounts, counted)
    assert found["vendor_queries"] == {
        ("0", "ads", "blocked"): 10,
        ("a", "ads", "blocked"): 2,
        (OTHER, OTHER, "allowed"): 5,
        (OTHER, OTHER, "blocked"): 20,
    }
    assert found["blocked"] == {("0", "ads"): 10, ("a", "ads"): 2, (OTHER, OTHER): 20}
    counted["b"]["ads"]["blocked"] = 30
    counted["c"] = {"push": {"blocked": 1}}
    assert told(accounts, counted)["blocked"][OTHER, OTHER] == 31
