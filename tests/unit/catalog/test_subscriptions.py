"""Lists into a ruleset, and what is reported of them."""

from dataclasses import replace
from pathlib import Path

import pytest

from blocker.catalog.subscriptions import FORMATS, add_subscription, fingerprint
from blocker.core.names import from_text, trie_key
from blocker.errors import Problems
from blocker.ruleset import MappedRuleset, RulesetWriter, open_ruleset
from tests.support.lists import Configured


def added(subscription: Configured, folder: Path) -> MappedRuleset:
    writer = RulesetWriter()
    add_subscription(writer, subscription)
    writer.write(folder / "r", "v")
    return open_ruleset(folder / "r")


def lines_of(ruleset: MappedRuleset, *names: str) -> list[int]:
    return [rule.line for name in names for rule in ruleset.rules(trie_key(from_text(name)))]


def modes(ruleset: MappedRuleset, *names: str) -> list[str]:
    return [rule.mode for name in names for rule in ruleset.rules(trie_key(from_text(name)))]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "names"


def test_a_list_of_names(path: Path, tmp_path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbfa.org\n# comment\nb.org\n")
    ruleset = added(Configured(path, action="allow", match="auto"), tmp_path)
    assert lines_of(ruleset, "a.org", "b.org") == [1, 3]
    (rule,) = ruleset.rules(trie_key(from_text("b.org")))
    assert (rule.action, rule.match, rule.list, rule.layer) == (
        "allow", "exact", "list", "subscription",
    )  # fmt: skip


LISTS = {
    "domains": "a.org\n",
    "hosts": "# head\n127.0.0.1 localhost\n0.0.0.0 a.org\n",
    "wildcard": "*.a.org\n",
    "adblock": "! head\n||a.org^\n",
    "dnsmasq": "address=/a.org/\n",
    "unbound": 'local-zone: "a.org" always_nxdomain\n',
    "rpz": "$TTL 60\na.org CNAME .\n",
    "regex": "/a[.]org/\n",
}


@pytest.mark.parametrize("format_", FORMATS)
def test_each_format_is_recognised_and_read(format_: str, path: Path, tmp_path: Path) -> None:
    path.write_text(LISTS[format_])
    ruleset = added(Configured(path, match="auto"), tmp_path)
    told = ruleset.sources[1]
    assert (told["format"], told["names"], told["bad"]) == (format_, 1, 0)
    assert bool(lines_of(ruleset, "a.org")) is (format_ != "regex")


def test_the_answer_of_a_list(path: Path, tmp_path: Path) -> None:
    path.write_text("$TTL 60\na.org CNAME .\nb.org CNAME *.\n")
    assert modes(added(Configured(path), tmp_path), "a.org", "b.org") == ["nxdomain", "nodata"]
    overruled = added(Configured(path, answer="refused"), tmp_path)
    assert modes(overruled, "a.org", "b.org") == ["refused", "refused"]
    assert overruled.sources[1]["mode"] == "refused"


def test_a_format_that_is_said_is_not_guessed(path: Path, tmp_path: Path) -> None:
    path.write_text("address=/a.org/\n")
    told = added(Configured(path, format="unbound"), tmp_path).sources[1]
    assert (told["names"], told["bad"]) == (0, 1)
    assert told["problems"] == [f"{path}:1: 'address=/a.org/': not an option of Unbound"]


def test_bad_and_ignored_lines_are_counted_apart(path: Path, tmp_path: Path) -> None:
    path.write_text("||good.org^\n" + "<bad>\n" * 500 + "||a.org^$popup\n" * 300)
    told = added(Configured(path), tmp_path).sources[1]
    assert (told["names"], told["bad"], len(told["problems"])) == (1, 500, 100)
    assert (told["ignored"], len(told["unused"])) == (300, 100)
    assert told["problems"][0] == f"{path}:2: '<bad>': not a host name"


@pytest.mark.parametrize("content", [b"<!DOCTYPE html><p>x.org", b"", b"a.org\x00"])
def test_what_is_no_list_has_no_names(content: bytes, path: Path, tmp_path: Path) -> None:
    path.write_bytes(content)
    told = added(Configured(path), tmp_path).sources[1]
    assert (told["names"], told["bad"], len(told["problems"])) == (0, 1, 1)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for use in (fingerprint, lambda each: added(each, tmp_path)):
        with pytest.raises(Problems, match="none: cannot be read: No such file"):
            use(Configured(tmp_path / "none"))


def test_a_download_that_has_not_come_yet(path: Path, tmp_path: Path) -> None:
    download = Configured(path, is_download=True)
    before = fingerprint(download)
    told = added(download, tmp_path).sources[1]
    assert (told["names"], told["problems"]) == (0, [f"{path}: is not downloaded yet"])
    path.write_text("a.org\n")
    assert added(download, tmp_path).sources[1]["names"] == 1
    assert fingerprint(download) != before


def test_progress_is_told_in_octets(path: Path) -> None:
    path.write_text("".join(f"name{number}.org\n" for number in range(100_000)))
    told: list[tuple[str, int, int]] = []
    add_subscription(RulesetWriter(), Configured(path), lambda *step: told.append(step))
    size = path.stat().st_size
    assert told[-1] == ("reading list", size, size)
    assert len(told) == 2


def test_a_fingerprint_changes_with_what_would_be_added(path: Path) -> None:
    path.write_text("a.org\n")
    first = Configured(path)
    others = [
        replace(first, match="exact"),
        replace(first, action="allow"),
        replace(first, name="b"),
        replace(first, format="hosts"),
        replace(first, answer="nodata"),
        replace(first, may_rewrite=False),
    ]
    known = {fingerprint(each) for each in (first, *others)}
    assert len(known) == 1 + len(others)
    assert fingerprint(first) in known, "the same again"
    path.write_text("b.org\n")
    assert fingerprint(first) not in known
