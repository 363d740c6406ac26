"""Changes written into a file that a person wrote."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.yamlfile import parse
from blocker.yamltext import dumped, rewritten

WRITTEN = """\
# The resolver of the house.

dns: {listen: ["0.0.0.0:53"]}   # all

# what is mine
rules:
  # never these
  block:
    - ads.example        # the worst

    # and this one
    - two.example
  allow: [fine.example]

groups:
  - name: kids           # theirs
    # from the router
    clients: [192.0.2.10]
  - name: lab
    clients:
      - 192.0.2.20

# the end
"""


def edit(change: Any, text: str = WRITTEN) -> str:
    document = parse(text, "")
    value = parse(text, "").value
    change(value)
    result = rewritten(text, document, value)
    assert parse(result, "").value == value
    return result


def test_nothing_changed_is_the_same_text() -> None:
    assert edit(lambda value: None) == WRITTEN


def test_one_line_more() -> None:
    def change(value: Any) -> None:
        value["rules"]["block"].append("=three.example")

    expected = WRITTEN.replace("- two.example\n", '- two.example\n    - "=three.example"\n')
    assert edit(change) == expected


def test_one_line_less_with_its_comment() -> None:
    result = edit(lambda value: value["rules"]["block"].remove("ads.example"))
    assert result == WRITTEN.replace("    - ads.example        # the worst\n", "")


def test_a_value_in_brackets() -> None:
    result = edit(lambda value: value["rules"]["allow"].append("b.example"))
    assert result == WRITTEN.replace("[fine.example]", "[fine.example, b.example]")


def test_a_new_section_stands_at_the_end() -> None:
    result = edit(lambda value: value.update(blocking={"vendors": {"xiaomi": "off"}}))
    assert result == WRITTEN.replace(
        "\n# the end", "blocking:\n  vendors:\n    xiaomi: off\n\n# the end"
    )


def test_one_item_of_several() -> None:
    def change(value: Any) -> None:
        value["groups"][0]["rules"] = {"block": ["x.example"]}

    result = edit(change)
    assert "  - name: kids           # theirs\n    # from the router\n" in result
    assert "    rules:\n      block: [x.example]\n  - name: lab\n" in result


def test_all_items_gone() -> None:
    result = edit(lambda value: value["rules"].update(block=[]))
    assert "  block: []\n" in result
    assert "# The resolver of the house." in result


@pytest.mark.parametrize(
    "text", ["", "# nothing yet\n", "{}\n", "---\n", "rules:\n", "rules: {block: [a]}\n"]
)
def test_hardly_anything_there(text: str) -> None:
    def change(value: Any) -> None:
        value["rules"] = {"block": ["b.example"]}

    result = edit(change, text)
    assert ("# nothing yet" in text) == ("# nothing yet" in result)


def test_a_layout_beyond_it_keeps_its_meaning() -> None:
    text = "rules: {block: [a], # one\n  allow: [b]}\n'quoted': {x: 1,\n y: 2}\n"
    edit(lambda value: value["rules"]["block"].append("c"), text)
    edit(lambda value: value["quoted"].update(z="off"), text)


words = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.text(max_size=12),
    st.sampled_from(["off", "no", "1.5", "0x1", "~", "a: b", "- a", "=a.b", "/x+/", "a:", "::1"]),
)  # fmt: skip
values = st.recursive(
    words,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text(min_size=1, max_size=6), inner, max_size=4),
    ),
    max_leaves=12,
)
mappings = st.dictionaries(st.text(min_size=1, max_size=6), values, max_size=4)


@given(mappings)
def test_whatever_is_written_is_read(value: dict[str, Any]) -> None:
    assert parse(dumped(value), "").value == value


@given(mappings, mappings)
def test_whatever_is_changed_is_read(old: dict[str, Any], new: dict[str, Any]) -> None:
    text = dumped(old)
    assert parse(rewritten(text, parse(text, ""), new), "").value == new
