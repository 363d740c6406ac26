"""A ruleset as a policy asks it; against a plain dictionary on random names."""

import gc
import weakref
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from blocker.core.names import from_text, parents, to_text, trie_key
from blocker.core.policy import Policy, Relation, Rule
from blocker.ruleset import MappedRuleset, RulesetWriter, open_ruleset
from blocker.ruleset.layout import ALLOW, BELOW, EXACT


def curated(text: str, product: str = "", breaks: str = "") -> Rule:
    return Rule(
        text=text,
        name=from_text(text),
        match="subtree",
        action="block",
        layer="curated",
        list="lists/vendors/xiaomi.yaml",
        line=4,
        vendor="xiaomi",
        purpose="analytics",
        product=product,
        breaks=breaks,
    )


def listed(*names: str, flags: int = 0) -> list[tuple[int, bytes]]:
    return [(flags | line, key(name)) for line, name in enumerate(names, 1)]


def key(name: str) -> bytes:
    return trie_key(from_text(name))


def compiled(folder: Path, writer: RulesetWriter) -> MappedRuleset:
    writer.write(folder / "a.ruleset", "v1")
    return open_ruleset(folder / "a.ruleset")


def test_prefixes_are_the_stored_names_above(tmp_path: Path) -> None:
    writer = RulesetWriter()
    writer.add_list("a", "block", listed("xiaomi.com", "data.mistat.xiaomi.com"))
    ruleset = compiled(tmp_path, writer)
    found = ruleset.prefixes(key("x.data.mistat.xiaomi.com"))
    assert found == [key("xiaomi.com"), key("data.mistat.xiaomi.com")]
    assert ruleset.prefixes(key("example.org")) == []


def test_overlapping_rules_are_kept_apart(tmp_path: Path) -> None:
    writer = RulesetWriter()
    entry = curated("data.mistat.xiaomi.com", product="MIUI", breaks="Ü")
    writer.add_rule(entry)
    writer.add_list("ads", "block", listed("a.com", "data.mistat.xiaomi.com"))
    writer.add_list("mine", "allow", listed("data.mistat.xiaomi.com", flags=EXACT))
    ruleset = compiled(tmp_path, writer)
    first, second, third = ruleset.rules(key("data.mistat.xiaomi.com"))
    assert first == entry
    assert (second.list, second.line, second.action, second.match) == ("ads", 2, "block", "subtree")
    assert second.text == "data.mistat.xiaomi.com"
    assert second.name == from_text("data.mistat.xiaomi.com")
    assert (third.list, third.line, third.action, third.match) == ("mine", 1, "allow", "exact")
    assert third.text == "=data.mistat.xiaomi.com"


def test_a_line_says_what_it_covers_and_whether_it_is_an_exception(tmp_path: Path) -> None:
    writer = RulesetWriter()
    lines = [*listed("a.com"), *listed("b.com", flags=BELOW), *listed("c.com", flags=ALLOW | EXACT)]
    writer.add_list("a", "block", lines)
    ruleset = compiled(tmp_path, writer)
    found = [rule for name in ("a.com", "b.com", "c.com") for rule in ruleset.rules(key(name))]
    assert [(rule.text, rule.match, rule.action) for rule in found] == [
        ("a.com", "subtree", "block"),
        ("*.b.com", "below", "block"),
        ("=c.com", "exact", "allow"),
    ]
    kinds = [rule for name in ("a.com", "b.com", "c.com") for rule in ruleset.kinds(key(name))]
    assert [(rule.match, rule.action) for rule in kinds] == [
        (rule.match, rule.action) for rule in found
    ]


def test_a_list_s_richer_rules_stand_beside_its_lines(tmp_path: Path) -> None:
    writer = RulesetWriter()
    rich = Rule(
        "||a.com^$important", from_text("a.com"), "subtree", "block", "subscription", "a", 7,
        important=True,
    )  # fmt: skip
    regex = Rule("^ads?[0-9]", b"\x00", "regex", "block", "subscription", "a", 9)
    said = writer.add_list("a", "block", [*listed("a.com"), rich, regex])
    ruleset = compiled(tmp_path, writer)
    assert said["names"] == 3
    assert [rule.line for rule in ruleset.rules(key("a.com"))] == [1, 7]
    assert rich in ruleset.kinds(key("a.com"))
    assert ruleset.keyless == [regex]


def test_all_on_a_list_that_allows_is_allowed(tmp_path: Path) -> None:
    writer = RulesetWriter()
    rich = Rule(
        "a CNAME .", from_text("a.com"), "exact", "block", "subscription", "a", 7, mode="nxdomain"
    )
    writer.add_list("a", "allow", [rich])
    (rule,) = compiled(tmp_path, writer).rules(key("a.com"))
    assert (rule.action, rule.mode) == ("allow", "")


def test_entries_of_one_name_are_kept_apart(tmp_path: Path) -> None:
    writer = RulesetWriter()
    entries = [curated("vivo.com.cn", product=product) for product in "abc"]
    for entry in entries:
        writer.add_rule(entry)
    assert list(compiled(tmp_path, writer).rules(key("vivo.com.cn"))) == entries


def test_a_key_that_is_not_stored_has_no_rules(tmp_path: Path) -> None:
    writer = RulesetWriter()
    writer.add_list("a", "block", listed("a.example.org"))
    ruleset = compiled(tmp_path, writer)
    assert ruleset.rules(key("example.org")) == ()
    assert ruleset.kinds(key("example.org")) == ()


def test_all_lines_of_a_list_share_one_kind(tmp_path: Path) -> None:
    writer = RulesetWriter()
    writer.add_rule(curated("c.com"))
    writer.add_list("a", "block", listed("a.com", "b.com"))
    ruleset = compiled(tmp_path, writer)
    (one,), (other,) = ruleset.kinds(key("a.com")), ruleset.kinds(key("b.com"))
    assert one is other
    assert (one.list, one.action, one.match, one.layer) == (
        "a",
        "block",
        "subtree",
        "subscription",
    )
    assert ruleset.kinds(key("c.com"))[0] is ruleset.rules(key("c.com"))[0], "one object an entry"


def test_what_was_compiled_is_told(tmp_path: Path) -> None:
    relation = Relation("keep_one_of", ("c.com", "k.com"), "R", "xiaomi", "x", 1, ("paper",))
    writer = RulesetWriter("2026-11-23-1a2b", ["public-dns"], [relation])
    writer.add_rule(curated("c.com"))
    writer.add_rule(Rule("k.com", from_text("k.com"), "subtree", "allow", "keep", "k", 1))
    writer.add_list("a", "block", listed("a.com", "b.com", "a.com"))["bad"] = 5
    ruleset = compiled(tmp_path, writer)
    assert ruleset.version == "v1"
    assert ruleset.counts == {"keep": 1, "curated": 1, "subscription": 2, "zone": 0}
    assert (ruleset.catalogue, ruleset.off) == ("2026-11-23-1a2b", ["public-dns"])
    assert ruleset.relations == [relation]
    assert ruleset.vendors == ["xiaomi"]
    told = ruleset.sources[1]
    assert (told["name"], told["names"], told["repeats"], told["bad"]) == ("a", 2, 1, 5)


def test_an_empty_ruleset_matches_nothing(tmp_path: Path) -> None:
    ruleset = compiled(tmp_path, RulesetWriter())
    assert ruleset.prefixes(key("example.org")) == []
    assert ruleset.rules(key("example.org")) == ()


def test_it_goes_with_its_last_reference(tmp_path: Path) -> None:
    """Workers collect no cycles: a reload must not leave the old file mapped."""
    writer = RulesetWriter()
    writer.add_rule(curated("c.com"))
    gc.disable()
    try:
        ruleset = compiled(tmp_path, writer)
        ruleset.rules(key("c.com"))
        gone = weakref.ref(ruleset)
        assert "a.ruleset" in Path("/proc/self/maps").read_text()
        del ruleset
        assert gone() is None
        assert "a.ruleset" not in Path("/proc/self/maps").read_text()
    finally:
        gc.enable()


def test_a_policy_decides_with_it(tmp_path: Path) -> None:
    writer = RulesetWriter()
    writer.add_rule(curated("data.mistat.xiaomi.com"))
    writer.add_list("mine", "block", listed("exact.org", flags=EXACT))
    policy = Policy(compiled(tmp_path, writer))
    blocked = policy.match(from_text("x.data.mistat.xiaomi.com"))
    assert blocked is not None
    assert blocked.rule.vendor == "xiaomi"
    assert policy.match(from_text("exact.org")) is not None
    assert policy.match(from_text("below.exact.org")) is None
    ((rule, _),) = policy.trace(from_text("exact.org"))
    assert rule.text == "=exact.org"


_LABEL = st.sampled_from(["a", "b", "ab", "a-b", "xn--a", "c" * 62])
_NAME = st.lists(_LABEL, min_size=1, max_size=4).map(lambda labels: from_text(".".join(labels)))
_LISTS = st.lists(st.tuples(st.booleans(), st.booleans(), st.lists(_NAME, max_size=12)), max_size=4)


@settings(max_examples=150)
@given(lists=_LISTS, questions=st.lists(_NAME, min_size=1, max_size=20))
def test_agrees_with_a_dictionary(
    lists: list[tuple[bool, bool, list[bytes]]], questions: list[bytes]
) -> None:
    """Whatever is compiled, each name finds exactly the lines that a dictionary finds."""
    plain: dict[bytes, dict[str, tuple[int, str, str]]] = {}
    writer = RulesetWriter()
    for number, (block, exact, names) in enumerate(lists):
        action, match = "block" if block else "allow", "exact" if exact else "subtree"
        writer.add_list(
            f"list{number}",
            "block" if block else "allow",
            [
                ((EXACT if exact else 0) | line, trie_key(name))
                for line, name in enumerate(names, 1)
            ],
        )
        for line, name in enumerate(names, 1):
            plain.setdefault(name, {}).setdefault(f"list{number}", (line, action, match))
    with TemporaryDirectory() as folder:
        ruleset = compiled(Path(folder), writer)
        for question in questions:
            stored = set(ruleset.prefixes(trie_key(question)))
            for name in parents(question):
                found = {
                    rule.list: (rule.line, rule.action, rule.match)
                    for rule in ruleset.rules(trie_key(name))
                }
                assert found == plain.get(name, {}), to_text(name)
                assert (trie_key(name) in stored) == (name in plain)
