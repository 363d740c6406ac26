"""Families: what belongs to one that is written once."""

import pytest

from blocker.core.families import is_member, own_labels
from blocker.core.names import from_text


def member(text: str, name: str | bytes) -> bool:
    labels = text.split(".")
    parent = from_text(".".join(labels[len(own_labels(text)) :]))
    wire = name if isinstance(name, bytes) else from_text(name)
    return is_member(wire, parent, text)


@pytest.mark.parametrize(
    "text, own",
    [
        ("*-stsdk.vivo.com.cn", ["*-stsdk"]),
        ("log[0-9]*.Example.com", ["log[0-9]*"]),
        ("a.*.b.example.com", ["a", "*"]),
        ("*.metrics.*.example", ["*", "metrics", "*"]),
    ],
)
def test_the_labels_of_its_own_end_with_the_last_that_varies(text: str, own: list[str]) -> None:
    assert own_labels(text) == own


@pytest.mark.parametrize(
    "text, name",
    [
        ("*-stsdk.vivo.com.cn", "a-stsdk.vivo.com.cn"),
        ("*-stsdk.vivo.com.cn", "-stsdk.vivo.com.cn"),
        ("*-stsdk.vivo.com.cn", "b.a-stsdk.vivo.com.cn"),
        ("*-STSDK.vivo.com.cn", "a-stsdk.vivo.com.cn"),
        ("log[0-9].example", "log7.example"),
        ("log[0-9]*.example", "log7-eu.example"),
        ("a.*.example", "a.anything.example"),
        ("a.*.example", "b.a.anything.example"),
        ("x*y*z.example", "x1y2z.example"),
        ("*x.example", b"\x03\x00\x0ax\x07example\x00"),
        ("a+b*.example", "a+bc.example"),
    ],
)
def test_members(text: str, name: str | bytes) -> None:
    assert member(text, name)


@pytest.mark.parametrize(
    "text, name",
    [
        ("*-stsdk.vivo.com.cn", "stsdk.vivo.com.cn"),
        ("*-stsdk.vivo.com.cn", "a-stsdkx.vivo.com.cn"),
        ("log[0-9].example", "log.example"),
        ("log[0-9].example", "logx.example"),
        ("log[0-9].example", "log77.example"),
        ("a.*.example", "anything.example"),
        ("a.*.example", "b.anything.example"),
        ("log[0-9].example", "xlog1.example"),
        ("log[0-9].example", b"\x06x.log1\x07example\x00"),  # one label with a full stop in it
        ("a.*.example", b"\x03a.b\x07example\x00"),
        ("a+b*.example", "aab.example"),
        ("a.b*.example", "axb.example"),
    ],
)
def test_strangers(text: str, name: str | bytes) -> None:
    assert not member(text, name)
