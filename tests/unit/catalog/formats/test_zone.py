"""Zone files."""

import pytest

from blocker.catalog.formats.reading import Lines
from blocker.catalog.formats.zone import entries, whole
from blocker.core.names import ROOT, from_text, to_text


def told(*lines: str) -> tuple[list[tuple[int, str, int | None, int, list[str]]], list[str]]:
    bad = Lines("f")
    octets = [f"{line}\n".encode() for line in lines]
    found = [
        (each.number, to_text(each.owner), each.ttl, each.rtype, each.words)
        for each in entries(octets, bad)
    ]
    return found, [str(problem) for problem in bad.first]


@pytest.mark.parametrize(
    "line, ttl",
    [
        ("a.org A 1.2.3.4", None),
        ("a.org. 60 A 1.2.3.4", 60),
        ("a.org IN A 1.2.3.4", None),
        ("a.org IN 1h30m A 1.2.3.4", 5400),
        ("a.org 2W in a 1.2.3.4 ; why", 1_209_600),
        ("a.org\t99999999999\tA\t1.2.3.4", (1 << 31) - 1),
    ],
)
def test_one_line(line: str, ttl: int | None) -> None:
    assert told(line) == ([(1, "a.org", ttl, 1, ["1.2.3.4"])], [])


def test_owners_origins_and_ttls_last_until_others_come() -> None:
    found, bad = told("$TTL 60", "$ORIGIN org.", "a A 1.1.1.1", "  A 2.2.2.2", "@ A 3.3.3.3",
                      "$ORIGIN b", "c 5 A 4.4.4.4")  # fmt: skip
    assert bad == []
    assert [(number, owner, ttl) for number, owner, ttl, _, _ in found] == [
        (3, "a.org", 60), (4, "a.org", 60), (5, "org", 60), (7, "c.b.org", 5),
    ]  # fmt: skip


def test_brackets_go_over_lines() -> None:
    found, bad = told("a.org SOA x. y. ( 1 ; serial", "2", " 3 )", "b.org A 1.2.3.4")
    assert bad == []
    assert found[0] == (1, "a.org", None, 6, ["x.", "y.", "1", "2", "3"])
    assert found[1][0] == 4


def test_quotation_marks_and_escapes() -> None:
    found, bad = told(r'a.org TXT "two words" "" "a;b" c\;d "\"" k="v w"')
    assert bad == []
    assert found[0][4] == ["two words", "", "a;b", r"c\;d", r"\"", "k=v w"]


def test_other_classes_are_passed_over() -> None:
    assert told("version.bind CH TXT x") == ([], [])


@pytest.mark.parametrize(
    "line, why",
    [
        (" A 1.2.3.4", "no name, and none before it"),
        ("a.org", "a name without a record"),
        ("a.org 60 IN", "a name without a record"),
        ("a.org NOTYPE x", "is not a record type"),
        ("a..org A 1.2.3.4", "empty label"),
        ('a.org TXT "x', "nothing follows"),
        ("a.org TXT x )", "never opened"),
        ("a.org TXT ( x", "never closed"),
        ("$INCLUDE x", "is not read"),
        ("$TTL x", "is not a TTL"),
        ("b" * 63 + ".a.org\\", "nothing follows"),
    ],
)
def test_wrong_lines(line: str, why: str) -> None:
    found, (complaint,) = told(line)
    assert found == []
    assert complaint.startswith("f:1:")
    assert why in complaint


def test_a_wrong_line_does_not_stop_the_zone() -> None:
    found, bad = told("a.org TXT )", 'b.org TXT "', "c.org A 1.2.3.4")
    assert ([each[0] for each in found], len(bad)) == ([3], 2)


def test_a_bracket_that_is_never_closed_ends_somewhere() -> None:
    found, bad = told("a.org TXT (", *["x"] * 2000, "c.org A 1.2.3.4")
    assert [each[1] for each in found] == ["c.org"]
    assert "never closed" in bad[0]


@pytest.mark.parametrize(
    "written, expected",
    [("a", "a.org"), ("a.", "a"), ("@", "org"), (".", "."), (r"a\.", r"a\..org"), ("*", "*.org")],
)
def test_names(written: str, expected: str) -> None:
    assert to_text(whole(written, from_text("org"))) == expected.replace("*", r"*")


def test_a_name_that_gets_too_long() -> None:
    with pytest.raises(ValueError, match="more than 255 octets"):
        whole(".".join(["a" * 63] * 3), from_text("b" * 63 + ".org"))
    assert whole("a", ROOT) == b"\x01a\x00"
