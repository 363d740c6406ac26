"""The user's own rules, line by line."""

import pytest

from blocker.core.names import from_text
from blocker.userrules import user_rule


def test_a_name_is_it_and_all_below() -> None:
    rule = user_rule("Tracker.Example.org", "block", "blocker.yaml", 7)
    assert (rule.match, rule.name) == ("subtree", from_text("tracker.example.org"))
    assert (rule.text, rule.action, rule.layer) == ("Tracker.Example.org", "block", "user")
    assert (rule.list, rule.line) == ("blocker.yaml", 7)


def test_an_equals_sign_is_the_name_alone() -> None:
    rule = user_rule("=example.org", "allow")
    assert (rule.match, rule.name, rule.text) == ("exact", from_text("example.org"), "=example.org")


def test_a_name_in_another_script_and_an_escaped_dot() -> None:
    assert user_rule("bücher.example", "block").name == from_text("xn--bcher-kva.example")
    assert user_rule(r"a\.b.example", "block").name == b"\x03a.b\x07example\x00"


def test_a_top_level_domain_may_be_blocked() -> None:
    assert user_rule("zip", "block").name == b"\x03zip\x00"


@pytest.mark.parametrize(
    "text, instead",
    [
        ("", "write a domain name"),
        ("=", "write a domain name"),
        ("*.example.org", "write example.org, which is it and all below"),
        ("||example.org^", "write example.org"),
        ("@@||example.org^$important", "write example.org"),
        ("https://example.org/path", "write example.org"),
        ("/track[0-9+/", "write a name, or mend it"),
        ("*-stsdk.example.org", "write the name above it"),
        ("192.0.2.1", "write a domain name"),
        ("2001:db8::1", "write a domain name"),
        ("0.0.0.0 example.org", "write a domain name and nothing else"),
        ("a..b", "write a domain name"),
        ("x" * 64 + ".org", "write a domain name"),
        (".", "write the names that are meant"),
        ("/xx(\x1b]0;owned\x07)?yy/", "write it as"),
    ],
)
def test_what_is_no_rule_says_what_to_write(text: str, instead: str) -> None:
    with pytest.raises(ValueError, match=";") as caught:
        user_rule(text, "block")
    assert str(caught.value).partition("; ")[2].startswith(instead)


def test_an_expression_between_slashes() -> None:
    rule = user_rule("/^ads?[0-9]*[.]/", "block", "blocker.yaml", 4)
    assert (rule.text, rule.match, rule.line) == ("^ads?[0-9]*[.]", "regex", 4)
