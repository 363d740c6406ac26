"""AdGuard's DNS filtering syntax: which rules and files it takes, by the cases of urlfilter and
AdGuard Home. What rules then do to a query is the policy's test.
"""

import pytest

from blocker.catalog.formats import adblock
from blocker.catalog.formats.sniff import is_a_list, recognise
from blocker.catalog.subscriptions import FORMATS
from tests.support.reading import read

ACCEPTED = {
    "U166": "$client=127.0.0.1",
    "U167": "/$client=127.0.0.1",
}
REJECTED = {
    "U156": "||example.org^$unknown",
    "U159": "*^$denyallow=~example.org",
    "U161": "*$third-party",
    "U163": "ad$third-party",
    "U173": "||example.org^$domain=|example.com",
}
# Cases that are not followed, each with the reason.
OTHERWISE = {
    "U164": (
        "$domain=ya.ru",
        "$domain is about the page that asks, which a resolver never learns; AdGuard Home parses "
        "the rule and then leaves it out of DNS, here it is counted as ignored at once",
    ),
}


@pytest.mark.parametrize("rule", ACCEPTED.values(), ids=ACCEPTED)
def test_a_rule_that_is_taken(rule: str) -> None:
    told = read(adblock.items, rule)
    assert len(told.rules) + len(told.names) == 1
    assert told.bad + told.ignored == []


@pytest.mark.parametrize("rule", REJECTED.values(), ids=REJECTED)
def test_a_rule_that_is_not(rule: str) -> None:
    told = read(adblock.items, rule)
    assert (told.rules, told.names) == ([], [])
    assert len(told.bad + told.ignored) == 1


@pytest.mark.parametrize("rule, reason", OTHERWISE.values(), ids=OTHERWISE)
def test_a_rule_that_is_seen_otherwise(rule: str, reason: str) -> None:
    told = read(adblock.items, rule)
    assert (told.rules, told.names, len(told.ignored)) == ([], [], 1), reason


def test_u346_a_page_is_no_list() -> None:
    assert is_a_list(b"<!DOCTYPE html>\n") == "is a page of the web, not a list"


def test_u347_comments_are_a_list_without_rules() -> None:
    text = ["# Comment 1", "! Comment 2"]
    assert is_a_list("\n".join(text).encode()) is None
    told = read(FORMATS[recognise(line.encode() for line in text)], text)
    assert (told.names, told.rules, told.bad, told.ignored) == ([], [], [], [])
