"""What is told of lists, of what a reload found and what downloads came to."""

from dataclasses import replace

from blocker.admin.metrics.lists import list_metrics
from blocker.admin.metrics.text import PROMETHEUS, written
from blocker.admin.reload import Contents
from blocker.download.shown import Shown

CONTENTS = Contents(
    rules={"curated": 5, "user": 1},
    vendors=["xiaomi"],
    off=[],
    subscriptions={"ads": 7},
    catalogue="2025.11",
    makers={"xiaomi": ("Xiaomi", "CN")},
)
NEVER = Shown(
    name="new", source="https://lists.example/", format="auto", action="block", state="missing",
    lines=None, octets=None, fetched_at=None, checked_at=None, next_at=None, age=None,
    failures=2, error="refused", alarm="",
)  # fmt: skip


def test_what_is_known_is_told_and_what_is_not_is_left_out() -> None:
    held = replace(NEVER, name="ads", state="held", octets=100, age=3600.5, failures=0)
    lines = written(list_metrics(CONTENTS, [NEVER, held]), PROMETHEUS).decode().splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        'blocker_ruleset_rules{layer="curated"} 5.0',
        'blocker_ruleset_rules{layer="user"} 1.0',
        'blocker_catalogue_info{version="2025.11"} 1.0',
        'blocker_vendor_info{vendor="xiaomi",title="Xiaomi",jurisdiction="CN"} 1.0',
        'blocker_list_entries{list="ads"} 7.0',
        'blocker_list_age_seconds{list="ads"} 3600.5',
        'blocker_list_failures{list="new"} 2.0',
        'blocker_list_failures{list="ads"} 0.0',
        'blocker_list_size_bytes{list="ads"} 100.0',
        'blocker_list_held{list="new"} 0.0',
        'blocker_list_held{list="ads"} 1.0',
    ]
