"""Local lists into a ruleset, and what is reported of them."""

from pathlib import Path

import pytest

from blocker.catalog.subscriptions import Subscription, add_subscription, fingerprint, recognise
from blocker.core.names import from_text, trie_key
from blocker.errors import Problems
from blocker.ruleset import MappedRuleset, RulesetWriter, open_ruleset
from tests.support.lists import Configured


def added(subscription: Subscription, folder: Path) -> MappedRuleset:
    writer = RulesetWriter()
    add_subscription(writer, subscription)
    writer.write(folder / "r", "v")
    return open_ruleset(folder / "r")


def lines_of(ruleset: MappedRuleset, *names: str) -> list[int]:
    return [rule.line for name in names for rule in ruleset.rules(trie_key(from_text(name)))]


def test_a_list_of_names(tmp_path: Path) -> None:
    path = tmp_path / "names"
    path.write_bytes(b"\xef\xbb\xbfa.org\n# comment\nb.org\n")
    ruleset = added(Configured(path, action="allow", match="exact"), tmp_path)
    assert lines_of(ruleset, "a.org", "b.org") == [1, 3]
    (rule,) = ruleset.rules(trie_key(from_text("b.org")))
    assert (rule.action, rule.match, rule.list, rule.layer) == (
        "allow", "exact", "list", "subscription",
    )  # fmt: skip


def test_a_hosts_file_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    path.write_text("# head\n127.0.0.1 localhost\n0.0.0.0 a.org b.org\n")
    ruleset = added(Configured(path), tmp_path)
    assert lines_of(ruleset, "a.org", "b.org") == [3, 3]
    assert ruleset.sources[1]["format"] == "hosts"


def test_a_format_that_is_said_is_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    path.write_text("0.0.0.0 a.org\n")
    told = added(Configured(path, format="domains"), tmp_path).sources[1]
    assert (told["names"], told["bad"]) == (0, 1)
    assert told["problems"] == [f"{path}:1: '0.0.0.0 a.org': several words; is its format hosts?"]


def test_bad_lines_are_counted_and_the_first_hundred_reported(tmp_path: Path) -> None:
    path = tmp_path / "names"
    path.write_text("good.org\n" + "<bad>\n" * 500 + "good.net\n")
    told = added(Configured(path), tmp_path).sources[1]
    assert (told["names"], told["bad"], len(told["problems"])) == (2, 500, 100)
    assert told["problems"][0] == f"{path}:2: '<bad>': not a host name"


def test_a_report_holds_no_long_or_broken_text(tmp_path: Path) -> None:
    path = tmp_path / "names"
    path.write_bytes(b"\xff\x1b[31m" * 4000)
    (problem,) = added(Configured(path), tmp_path).sources[1]["problems"]
    assert "\x1b" not in problem
    assert len(problem) < len(str(path)) + 500


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for use in (fingerprint, lambda each: added(each, tmp_path)):
        with pytest.raises(Problems, match="none: cannot be read: No such file"):
            use(Configured(tmp_path / "none"))


def test_progress_is_told_in_octets(tmp_path: Path) -> None:
    path = tmp_path / "names"
    path.write_text("".join(f"name{number}.org\n" for number in range(100_000)))
    told: list[tuple[str, int, int]] = []
    add_subscription(RulesetWriter(), Configured(path), lambda *step: told.append(step))
    size = path.stat().st_size
    assert told[-1] == ("reading list", size, size)
    assert len(told) == 2


def test_a_fingerprint_changes_with_what_would_be_added(tmp_path: Path) -> None:
    path = tmp_path / "names"
    path.write_text("a.org\n")
    first = Configured(path)
    known = {fingerprint(first), fingerprint(Configured(path, match="exact"))}
    known |= {
        fingerprint(Configured(path, action="allow")),
        fingerprint(Configured(path, name="b")),
    }
    assert len(known) == 4
    assert fingerprint(first) in known, "the same again"
    path.write_text("b.org\n")
    assert fingerprint(first) not in known


@pytest.mark.parametrize(
    "text, format_",
    [
        ("", "domains"),
        ("a.org\nb.org\n", "domains"),
        ("0.0.0.0 a.org\n", "hosts"),
        ("# 0.0.0.0 a.org\na.org\n", "domains"),
        ("192.0.2.1\n192.0.2.2\n", "domains"),
        ("127.0.0.1 localhost\na.org\nb.org\n", "domains"),
    ],
)
def test_formats_are_told_apart(text: str, format_: str) -> None:
    assert recognise(text.encode().splitlines(keepends=True)) == format_
