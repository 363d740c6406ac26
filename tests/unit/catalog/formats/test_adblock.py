"""AdGuard's DNS syntax, a list at a time."""

import pytest

from blocker.catalog.formats import adblock
from tests.support.reading import read


@pytest.mark.parametrize(
    "line, said",
    [
        ("||example.org^", "1 example.org"),
        ("||Example.ORG^\r", "1 example.org"),
        ("||example.org^|", "1 example.org"),
        ("||example.org", "1 example.org"),
        ("||example.org^ # comment", "1 example.org"),
        ("||foo.bar.^", "1 foo.bar"),
        ("||*.example.org^", "1 *.example.org"),
        ("*.example.org", "1 *.example.org"),
        (".example.org^", "1 *.example.org"),
        ("example.org", "1 =example.org"),
        ("|example.org^", "1 =example.org"),
        ("0.0.0.0 example.org", "1 =example.org"),
        ("@@||example.org^", "1 @@example.org"),
        ("||host1^", "1 host1"),
        ("||bücher.example^", "1 xn--bcher-kva.example"),
        ("|.^", "1 =."),
    ],
)
def test_a_plain_rule_is_a_name(line: str, said: str) -> None:
    told = read(adblock.items, line)
    assert (told.names, told.rules, told.bad) == ([said], [], [])


@pytest.mark.parametrize(
    "match, said",
    [
        ("auto", ["1 a.org", "2 =b.org", "3 *.c.org"]),
        ("exact", ["1 =a.org", "2 =b.org", "3 *.c.org"]),
        ("subtree", ["1 a.org", "2 b.org", "3 c.org"]),
    ],
)
def test_what_rules_cover(match: str, said: list[str]) -> None:
    assert read(adblock.items, ["||a.org^", "b.org", "*.c.org"], match=match).names == said


@pytest.mark.parametrize("line", ["! comment", "# comment", "[Adblock Plus 2.0]", "", "localhost"])
def test_lines_that_say_nothing(line: str) -> None:
    told = read(adblock.items, line)
    assert (told.names, told.rules, told.bad, told.ignored) == ([], [], [], [])


@pytest.mark.parametrize(
    "line",
    [
        "example.org##.banner",
        "example.org#@#.ads",
        "example.org#?#div",
        "example.org#$#body {}",
        "example.org#%#window.x",
        "example.org$$script",
        "||example.org/ads.js",
        "||example.org^*-tracking.js",
        "||example.org^$third-party",
        "||example.org^$~third-party",
        "||example.org^$popup",
        "||example.org^$domain=example.com",
        "||example.org^$ctag=device_tv",
        "||example.org^$unknown",
        "/banner/ads/x.gif",
    ],
)
def test_rules_about_pages_are_ignored_and_counted(line: str) -> None:
    told = read(adblock.items, line)
    assert (told.names, told.rules, told.bad) == ([], [], [])
    assert len(told.ignored) == 1


BADFILTER = [
    (["||a.org^", "||a.org^$badfilter"], []),
    (["||a.org^$badfilter", "||a.org^"], []),
    (["||a.org^", "@@||a.org^", "@@||a.org^$badfilter"], ["1 a.org"]),
    (["||a.org^", "||b.org^$badfilter"], ["1 a.org"]),
    (["||a.org^$important,dnstype=A", "||b.org^", "||A.org^$dnstype=A,badfilter,important"],
     ["2 b.org"]),
    (["a.org", "||a.org^$badfilter"], ["1 =a.org"]),
    (["/x/", "/x/$badfilter", "||*.org^$badfilter"], []),
]  # fmt: skip


@pytest.mark.parametrize("lines, said", BADFILTER)
def test_a_rule_is_taken_back_wherever_it_stands(lines: list[str], said: list[str]) -> None:
    told = read(adblock.items, lines)
    assert (told.names, told.rules, told.bad) == (said, [], [])
