"""Other people's lists: local files now, and a reason for what comes later."""

from pathlib import Path

import pytest

from tests.support.configs import complaints, load


@pytest.fixture(autouse=True)
def names(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("example.org\n", encoding="utf-8")


def test_a_local_file_counts_from_the_folder_of_the_configuration(tmp_path: Path) -> None:
    written = "subscriptions: [{name: mine, source: names.txt, match: exact}]"
    (subscription,) = load(tmp_path, written).subscriptions
    assert subscription.source == tmp_path / "names.txt"
    assert (subscription.format, subscription.action) == ("auto", "block")
    assert (subscription.name, subscription.match) == ("mine", "exact")


@pytest.mark.parametrize(
    "key, value, said",
    [
        ("source", "https://example.org/x", "https://example.org/x is a download, and those come"),
        ("source", "none.txt", "no file "),
        ("source", "[]", "[] is not a path; "),
        ("format", "adblock", "the format adblock comes with a later release; write auto, "),
        ("format", "host", "host is not known here; did you mean hosts?"),
        ("match", "auto", "what a bare name covers differs from list to list; write exact "),
        ("match", "subtre", "subtre is no way to match; did you mean subtree?"),
        ("action", "deny", "deny is not known here; write one of: block, allow"),
        ("name", "a b", "a b cannot be a name here; "),
        ("refresh", "24h", "comes with a later release; remove it: a local file is read again"),
    ],
)
def test_fault(tmp_path: Path, key: str, value: str, said: str) -> None:
    keys = {"name": "mine", "source": "names.txt", "match": "exact", key: value}
    inside = ", ".join(f"{key}: {value}" for key, value in keys.items())
    (complaint,) = complaints(tmp_path, f"subscriptions: [{{{inside}}}]")
    assert complaint.startswith(f"1: subscriptions[{keys['name']}].{key}: {said}")


def test_match_has_no_default(tmp_path: Path) -> None:
    (said,) = complaints(tmp_path, "subscriptions: [{name: mine, source: names.txt}]")
    assert said == "1: subscriptions[mine].match: is missing; add `match:`"


def test_two_of_one_name(tmp_path: Path) -> None:
    one = "{name: mine, source: names.txt, match: exact}"
    (said,) = complaints(tmp_path, f"subscriptions: [{one}, {one}]")
    assert said == "1: subscriptions: the name mine stands here twice; remove one"
