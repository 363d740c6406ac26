"""The words in which formats say what they lack."""

from blocker.core.sinkhole import Sinkhole
from blocker.export.body import addresses, families_lost, some


def test_a_few_names_are_shown() -> None:
    assert some(["a"], "name", "names") == "1 name (a)"
    assert some(["a", "b", "c"], "name", "names") == "3 names (a, b, c)"
    assert some(list("abcd") * 300, "name", "names") == "1,200 names (a, b, c ...)"


def test_families_that_are_left_out() -> None:
    assert families_lost([]) == []
    assert families_lost(["a*.example.com"]) == [
        "left out: 1 family (a*.example.com), which this format cannot write"
    ]


def test_addresses_are_the_sinkholes() -> None:
    assert addresses(Sinkhole()) == ("0.0.0.0", "::")
    assert addresses(Sinkhole(ipv4=(bytes((192, 0, 2, 9)),))) == ("192.0.2.9", "::")
