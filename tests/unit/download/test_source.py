"""Sources, and the names and URLs that are none."""

from pathlib import Path

import pytest

from blocker.download.source import DownloadError, Source, copy_of, reason_of, written_host


def test_of_what_the_configuration_says() -> None:
    said = Source("one", "https://lists.example/a", "hosts", "allow", 60, 1024)
    assert Source.of(said) == said


@pytest.mark.parametrize(
    "source, download",
    [
        ("https://lists.example/a", True),
        ("http://127.0.0.1/a", True),
        ("ftp://lists.example/a", True),
        ("/etc/blocker/a.txt", False),
        ("a.txt", False),
        ("C:/a.txt", False),
    ],
)
def test_what_is_a_download(source: str, download: bool) -> None:
    assert Source("one", source).is_download == download


def test_a_password_is_not_shown() -> None:
    assert Source("one", "https://me:secret@lists.example/a@b").shown == (
        "https://***@lists.example/a@b"
    )


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../a", "a/b", "/a", ".a", "a\0", "a\n", "a b", "x" * 65, "a/../../b"]
)
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="is no name of a list"):
        copy_of(tmp_path, name)
    assert copy_of(tmp_path, "a..b-C_1") == tmp_path / "lists" / "a..b-C_1.list"


def test_hosts() -> None:
    assert written_host("https://lists.example:8443/a") == ("https", "lists.example")
    assert written_host("http://[::1]:80/a") == ("http", "::1")


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://a.example/", "https://", "https:///a", "https://a:b:c/",
            "https://a.example:99999/", "http://a.example/", "gopher://127.0.0.1/", "https://[::1"]
)  # fmt: skip
def test_what_is_not_fetched(url: str) -> None:
    with pytest.raises(DownloadError):
        written_host(url)


def test_reasons() -> None:
    assert reason_of(ConnectionRefusedError(111, "x")) == "connection refused"
    assert reason_of(OSError("said so")) == "said so"
    assert reason_of(OSError()) == "no connection"
