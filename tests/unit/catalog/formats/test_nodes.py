"""What wildcards leave out."""

from blocker.catalog.formats.nodes import left_out
from blocker.core.names import from_text, to_text, trie_key


def key(name: str) -> bytes:
    return trie_key(from_text(name))


def told(
    owners: list[str], wildcards: dict[str, bool], covered: list[str] | None = None
) -> dict[str, list[str]]:
    found = left_out(
        map(key, owners),
        {key(name): outranks for name, outranks in wildcards.items()},
        {*map(key, covered or [])},
    )
    return {to_text(trie_key(at)): [*map(to_text, names)] for at, names in found.items()}


def test_a_wildcard_with_nothing_below_it_leaves_out_nothing() -> None:
    assert told(["a.org", "b.org", "aa.org"], {"a.org": False}) == {}


def test_a_closer_name() -> None:
    assert told(["a.org", "b.a.org"], {"a.org": False}) == {"a.org": ["b.a.org"]}


def test_a_name_that_is_there_for_what_is_below_it() -> None:
    assert told(["d.c.b.a.org"], {"a.org": False}) == {"a.org": ["b.a.org"]}
    assert told([], {"a.org": False, "c.b.a.org": False}) == {"a.org": ["b.a.org"]}


def test_the_root() -> None:
    assert told(["a.org"], {".": False}) == {".": ["org"]}


def test_a_name_that_decides_for_itself_and_all_below_it_need_not_be_left_out() -> None:
    assert told(["b.a.org"], {"a.org": False, "b.a.org": False}, ["b.a.org"]) == {}
    assert told(["b.a.org"], {"a.org": True, "b.a.org": False}, ["b.a.org"]) == {
        "a.org": ["b.a.org"]
    }


def test_but_it_must_if_it_leaves_out_something_itself() -> None:
    assert told(["b.a.org", "x.b.a.org"], {"a.org": False, "b.a.org": False}, ["b.a.org"]) == {
        "a.org": ["b.a.org"],
        "b.a.org": ["x.b.a.org"],
    }


def test_labels_are_whole() -> None:
    tricky = b"\x04ab\x01a\x03org\x00"  # ends in the octets of a.org, and is no name below it
    assert left_out([trie_key(tricky)], {key("a.org"): False}, ()) == {}
