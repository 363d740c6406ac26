"""The format of one name a line."""

import pytest

from blocker.catalog.formats import domains
from tests.support.reading import read


@pytest.mark.parametrize(
    "line",
    [
        "example.org",
        "  Example.ORG \r",
        "example.org # a comment",
        "example.org# a comment",
        "example.org#comment",
        "example.org\t! another",
        "example.org.",
        "0.0.0.0 example.org",
    ],
)
def test_a_line_is_its_name_alone(line: str) -> None:
    told = read(domains.items, line)
    assert (told.names, told.bad) == (["1 =example.org"], [])


@pytest.mark.parametrize("line", ["", " \t\r", "# c", "! c", "; c", "#example.org", "localhost"])
def test_a_line_without_one(line: str) -> None:
    told = read(domains.items, line)
    assert (told.names, told.rules, told.bad) == ([], [], [])


@pytest.mark.parametrize(
    "line, said",
    [
        ("*.example.org", "1 example.org"),
        ("||example.org^", "1 example.org"),
        ("@@||example.org^", "1 @@example.org"),
        ("bücher.example", "1 =xn--bcher-kva.example"),
        ("nas", "1 =nas"),
    ],
)
def test_lines_that_people_mix_in(line: str, said: str) -> None:
    assert read(domains.items, line).names == [said]


@pytest.mark.parametrize(
    "match, said",
    [("auto", ["1 =a.org", "2 b.org"]), ("exact", ["1 =a.org", "2 *.b.org"]),
     ("subtree", ["1 a.org", "2 b.org"])],
)  # fmt: skip
def test_what_a_line_covers(match: str, said: list[str]) -> None:
    assert read(domains.items, ["a.org", "*.b.org"], match=match).names == said


@pytest.mark.parametrize(
    "line, why",
    [
        ("com", "a top-level domain"),
        ("co.uk", "a suffix that others register names below"),
        ("*.co.uk", "covers co.uk"),
        ("a..org", "not a host name"),
        ("<html>", "not a host name"),
        ("invalid.*.wildcard", "not a host name"),
        ("two words", "several words, and the first is no address"),
        ("1234", "neither an address nor a name"),
        ("x" * 5000, "a line of more than 4096 octets"),
    ],
)
def test_a_bad_line(line: str, why: str) -> None:
    told = read(domains.items, line)
    assert (told.names, told.rules) == ([], [])
    (complaint,) = told.bad
    assert why in complaint


def test_a_bad_line_does_not_stop_the_list() -> None:
    told = read(domains.items, ["a.org", "<b>", "", b"\xff\xfe\n", "c.org"])
    assert told.names == ["1 =a.org", "5 =c.org"]
    assert [line.partition(":")[0] for line in told.bad] == ["2", "4"]


@pytest.mark.parametrize("line", ["192.0.2.1", "2001:db8::1", "192.0.2.0/24"])
def test_an_address_is_one_that_answers_lead_to(line: str) -> None:
    rule = read(domains.items, line).rule
    assert (rule.match, rule.action, rule.line) == ("address", "block", 1)
    assert str(rule.network).removesuffix("/32").removesuffix("/128") == line


def test_an_expression() -> None:
    rule = read(domains.items, r"/^ads?\./").rule
    assert (rule.match, rule.text, rule.name) == ("regex", r"^ads?\.", b"\x00")
