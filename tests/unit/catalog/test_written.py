"""Names as the curated lists write them."""

import pytest

from blocker.catalog.written import member, read_name
from blocker.core.families import is_member
from blocker.core.names import from_text


@pytest.mark.parametrize(
    "text, name, match",
    [
        ("data.mistat.xiaomi.com", "data.mistat.xiaomi.com", "subtree"),
        ("=example.org", "example.org", "exact"),
        ("_dns.resolver.example", "_dns.resolver.example", "subtree"),
        ("*-stsdk.vivo.com.cn", "vivo.com.cn", "pattern"),
        ("log[0-9]*-normal-*.tiktokv.com", "tiktokv.com", "pattern"),
        ("data.*.xiaomi.com", "xiaomi.com", "pattern"),
        ("a[abc].x.example.org", "x.example.org", "pattern"),
    ],
)
def test_what_a_name_means(text: str, name: str, match: str) -> None:
    written = read_name(text)
    assert (written.text, written.name, written.match) == (text, from_text(name), match)


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("", "no name; write a domain name"),
        ("Example.org", "Example.org has capitals; write example.org"),
        ("example.org.", "example.org. ends in a dot; write example.org"),
        ("https://example.org/x", "':' has no place in a host name"),
        ("exa mple.org", "' ' has no place in a host name"),
        ("bücher.example", "'ü' has no place in a host name"),
        ("||example.org^", "'|' has no place in a host name"),
        ("a..example.org", "'' is no label of a host name"),
        ("-a.example.org", "'-a' is no label of a host name"),
        ("a" * 64 + ".example.org", "is no label of a host name"),
        (".".join(["a" * 63] * 4) + ".org", "at most 255; write a shorter name"),
        ("192.0.2.1", "192.0.2.1 is an address; list names"),
        ("com", "com is not one owner's; write a name below it"),
        ("com.cn", "com.cn is not one owner's; write a name below it"),
        ("=co.uk", "co.uk is not one owner's; write a name below it"),
        ("cloudfront.net", "cloudfront.net is not one owner's; write a name below it"),
        ("*.example.org", "* alone in front; write example.org, which is it and all below"),
        ("a*.com", "a*.com has no fixed parent; end it in at least two plain labels"),
        ("a*.com.cn", "com.cn is not one owner's; write a name below it"),
        ("=a*.example.org", "a family cannot be exact; remove the ="),
        ("a[9-0].example.org", "[9-0] is an empty range; write [0-9]"),
        ("a[.example.org", "'a[' is no pattern; use *, and sets such as [0-9] or [abc]"),
        ("a[].example.org", "'a[]' is no pattern"),
        ("a[^a].example.org", "'^' has no place in a host name"),
    ],
)
def test_what_is_no_name(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=r"; \w|label") as raised:
        read_name(text)
    assert complaint in str(raised.value)


@pytest.mark.parametrize(
    "text, one",
    [
        ("a.mi.com", "a.mi.com"),
        ("=a.mi.com", "a.mi.com"),
        ("*-log.mi.com", "x-log.mi.com"),
        ("log[0-9]*-n-*.mi.com", "log0x-n-x.mi.com"),
    ],
)
def test_a_member_of_what_is_written(text: str, one: str) -> None:
    name = member(text)
    assert name == from_text(one)
    written = read_name(text)
    assert written.match != "pattern" or is_member(name, written.name, written.text)
