"""Other people's lists: files and URLs, and what can be said of one."""

from pathlib import Path

import pytest

from tests.support.configs import complaints, load


@pytest.fixture(autouse=True)
def names(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("example.org\n", encoding="utf-8")


def test_a_file_counts_from_the_folder_of_the_configuration(tmp_path: Path) -> None:
    (one,) = load(tmp_path, "subscriptions: [{name: mine, source: names.txt}]").subscriptions
    assert one.source == one.file == tmp_path / "names.txt"
    assert (one.is_download, one.may_rewrite) == (False, True)


def test_defaults(tmp_path: Path) -> None:
    (one,) = load(tmp_path, "subscriptions: [{name: mine, source: names.txt}]").subscriptions
    assert (one.format, one.match, one.action, one.state) == ("auto", "auto", "block", "on")
    assert (one.answer, one.rewrites, one.refresh, one.size) == (None, "auto", 86_400, 64 << 20)


def test_a_download_lies_in_the_state_folder(tmp_path: Path) -> None:
    written = "state: s\nsubscriptions: [{name: far, source: 'https://example.org/x'}]"
    (one,) = load(tmp_path, written).subscriptions
    assert (one.source, one.is_download) == ("https://example.org/x", True)
    assert one.file == one.path(tmp_path / "s") == tmp_path / "s/lists/far.list"


@pytest.mark.parametrize(
    "source, rewrites, may",
    [
        ("names.txt", "auto", True),
        ("names.txt", "off", False),
        ("https://example.org/x", "auto", False),
        ("https://example.org/x", "on", True),
    ],
)
def test_who_may_answer_with_records(tmp_path: Path, source: str, rewrites: str, may: bool) -> None:
    written = f"subscriptions: [{{name: a, source: '{source}', rewrites: {rewrites}}}]"
    (one,) = load(tmp_path, written).subscriptions
    assert one.may_rewrite is may


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "[::1]", "localhost"])
def test_only_this_machine_may_be_asked_unencrypted(tmp_path: Path, host: str) -> None:
    (one,) = load(
        tmp_path, f"subscriptions: [{{name: a, source: 'http://{host}/x'}}]"
    ).subscriptions
    assert one.is_download


@pytest.mark.parametrize(
    "key, value, said",
    [
        ("source", "none.txt", "no file "),
        ("source", "[]", "[] is not a path; "),
        ("source", "http://example.org/x",
         "http://example.org/x would come unencrypted, and anyone on the way could change it; "
         "write https://example.org/x"),
        ("source", "ftp://example.org/x", "ftp://example.org/x cannot be downloaded; write a path"),
        ("source", "https:///x", "https:///x cannot be downloaded; "),
        ("source", "https://example.org:x/", "https://example.org:x/ is not a URL "),
        ("source", "file:///etc/x", "file:///etc/x is a file; write its path, /etc/x"),
        ("format", "host", "host is not a format; did you mean hosts?"),
        ("format", "adguard", "adguard is not a format; write adblock"),
        ("format", "5", "5 is not a format; write one of: auto, "),
        ("match", "subtre", "subtre is not known here; did you mean subtree?"),
        ("action", "deny", "deny is not known here; write one of: block, allow"),
        ("state", "true", "true is not a switch; write on"),
        ("answer", "nxdomian", "nxdomian is no way to answer; did you mean nxdomain?"),
        ("rewrites", "yes", "yes is not known here; write one of: auto, on, off"),
        ("refresh", "10s", "asks its server too often; write 5m or more"),
        ("refresh", "daily", "daily is not a duration; "),
        ("size", "0B", "leaves room for nothing; "),
        ("size", "1 MB", "1 MB is not a size; write 1MiB"),
        ("name", "a b", "a b cannot be a name here; "),
        ("name", "../x", "../x cannot be a name here; "),
        ("formats", "x", "unknown key; did you mean format?"),
    ],
)  # fmt: skip
def test_fault(tmp_path: Path, key: str, value: str, said: str) -> None:
    keys = {"name": "mine", "source": "names.txt", key: value}
    inside = ", ".join(f"{key}: {value}" for key, value in keys.items())
    (complaint,) = complaints(tmp_path, f"subscriptions: [{{{inside}}}]")
    assert complaint.startswith(f"1: subscriptions[{keys['name']}].{key}: {said}")


def test_two_of_one_name(tmp_path: Path) -> None:
    one = "{name: mine, source: names.txt}"
    (said,) = complaints(tmp_path, f"subscriptions: [{one}, {one}]")
    assert said == "1: subscriptions: the name mine stands here twice; remove one"
