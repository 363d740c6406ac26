"""Modifiers that mean something to a resolver."""

import pytest

from blocker.catalog.formats.modifiers import read
from blocker.catalog.formats.reading import Unused
from blocker.core.names import from_text
from blocker.core.rule import Condition


def test_none() -> None:
    said = read("")
    assert (said.important, said.badfilter, said.rewrite, said.condition) == (
        False,
        False,
        None,
        None,
    )
    assert not said.narrows


@pytest.mark.parametrize(
    "text, condition",
    [
        ("dnstype=A", Condition(types=(1,))),
        ("dnstype=a|AAAA|TYPE65", Condition(types=(1, 28, 65))),
        ("dnstype=~A|~AAAA", Condition(other_types=(1, 28))),
        ("dnstype=~A|AAAA", Condition(types=(28,), other_types=(1,))),
        ("client=127.0.0.1", Condition(clients=("127.0.0.1",))),
        ("client=~127.0.0.1/24", Condition(other_clients=("127.0.0.0/24",))),
        ("client=2001::0:00c0:ffee/112", Condition(clients=("2001::c0:0/112",))),
        (r"client='Frank\'s laptop'", Condition(clients=("Frank's laptop",))),
        (r'client=~"Mom, Dad | me"', Condition(other_clients=("Mom, Dad | me",))),
        (r"client=Mom\|Dad\, me", Condition(clients=("Mom|Dad, me",))),
        ("client=~Mom|~Dad|Kids", Condition(clients=("Kids",), other_clients=("Mom", "Dad"))),
        ("client=192.0.2.1,dnstype=A", Condition(types=(1,), clients=("192.0.2.1",))),
    ],
)
def test_conditions(text: str, condition: Condition) -> None:
    said = read(text)
    assert said.condition == condition
    assert said.narrows


def test_names_that_are_left_out() -> None:
    said = read("denyallow=a.org|B.org.")
    assert said.unless == (from_text("a.org"), from_text("b.org"))
    assert said.narrows


def test_flags() -> None:
    said = read("important,_,badfilter,__")
    assert (said.important, said.badfilter, said.narrows) == (True, True, False)


@pytest.mark.parametrize(
    "text, value",
    [("dnsrewrite", ""), ("dnsrewrite=", ""), ("dnsrewrite=NOERROR;TXT;a\\,b", "NOERROR;TXT;a,b")],
)
def test_rewrites(text: str, value: str) -> None:
    assert read(text).rewrite == value


@pytest.mark.parametrize(
    "text", ["dnstype=", "dnstype=X", "client=", "client=~", "client=''", "denyallow=",
             "denyallow=~a.org", "denyallow=*.org", "denyallow=a..b"],
)  # fmt: skip
def test_wrong_ones(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read(text)


@pytest.mark.parametrize(
    "text", ["third-party", "~third-party", "popup", "domain=a.org", "ctag=x", "x", "important,x"]
)
def test_of_no_meaning_here(text: str) -> None:
    with pytest.raises(Unused, match="says nothing to a resolver"):
        read(text)
