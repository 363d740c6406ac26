"""What is a list, and of which format."""

import gzip
import json

import pytest

from blocker.catalog.formats.sniff import is_a_list, recognise


@pytest.mark.parametrize(
    "head, why",
    [
        (b"", "is empty"),
        (b" \n\r\n\t", "is empty"),
        (b"<!DOCTYPE html>\n", "a page of the web"),
        (b"\xef\xbb\xbf\n <html><head>", "a page of the web"),
        (b"<!-- x -->\n<HTML lang=en>", "a page of the web"),
        (b'<?xml version="1.0"?>', "a page of the web"),
        (b'{"message": "Not Found"}', "is JSON"),
        (b'[{"a": 1}]', "is JSON"),
        (gzip.compress(b"a.org\n", mtime=0), "is a gzip file"),
        (b"PK\x03\x04xx", "is a zip file"),
        (b"a.org\x00b.org", "is binary"),
        (bytes(range(1, 32)) * 10, "is binary"),
        ("a.org\n".encode("utf-16"), "is UTF-16"),
    ],
)
def test_no_list(head: bytes, why: str) -> None:
    assert why in (is_a_list(head) or "")


@pytest.mark.parametrize(
    "head",
    [b"a.org\n", b"# Comment 1\n! Comment 2\n", b"[Adblock Plus 2.0]\n! x\n", b"\xef\xbb\xbfa.org",
     "bücher.example\n".encode(), b"||a.org^\n" * 500, b"! <html>\n", b"$TTL 60\n"],
)  # fmt: skip
def test_may_be_a_list(head: bytes) -> None:
    assert is_a_list(head) is None


FORMATS = {
    "": "domains",
    "# only comments\n": "domains",
    "a.org\nb.org\n": "domains",
    "bücher.example\n": "domains",
    "192.0.2.1\n192.0.2.2\n": "domains",
    "# 0.0.0.0 a.org\na.org\n": "domains",
    "127.0.0.1 localhost\na.org\nb.org\n": "domains",
    "a.org # see http://x/||y^\n": "domains",
    "0.0.0.0 a.org\n": "hosts",
    "::1 localhost\n0.0.0.0 a.org b.org # c\n": "hosts",
    "*.a.org\n*.b.org\n# c\n": "wildcard",
    "||a.org^\n": "adblock",
    "@@||a.org^$important\n": "adblock",
    "[Adblock Plus 2.0]\na.org\n": "adblock",
    "0.0.0.0 a.org\n0.0.0.0 b.org\n||c.org^\n": "adblock",
    "a.org##.ad\nb.org\nc.org\n": "adblock",
    "/ads/$important\nb.org\nc.org\n": "adblock",
    "address=/a.org/\nserver=/b.org/\n": "dnsmasq",
    "# c\nlocal=/a.org/\n": "dnsmasq",
    'server:\nlocal-zone: "a.org" static\n': "unbound",
    'local-data: "a.org A 0.0.0.0"\n': "unbound",
    "a.org CNAME .\n*.a.org CNAME .\n": "rpz",
    "$TTL 60\n@ IN SOA a. b. 1 2 3 4 5\n  NS a.\na.org 60 IN CNAME .\n": "rpz",
    "$TTL 60\n$ORIGIN rpz.\n@ SOA a. b. (\n 1\n 2 3\n 4 5 )\na.org A 127.0.0.1\nb TXT x\n": "rpz",
    "32.1.2.3.4.rpz-ip CNAME .\n": "rpz",
    "/^ads?/\n/track/\n": "regex",
    "^ads?[0-9]*\\.\n(^|\\.)track\\.\n": "regex",
}


@pytest.mark.parametrize("text, format_", FORMATS.items())
def test_formats_are_told_apart(text: str, format_: str) -> None:
    assert recognise(text.encode().splitlines(keepends=True)) == format_


def test_a_page_that_answers_in_json() -> None:
    assert is_a_list(json.dumps({"error": 404}, indent=1).encode()) == "is JSON, not a list"
