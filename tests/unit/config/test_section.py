"""What all sections share: frozen, no unknown keys, nothing after a key is the default."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from blocker.config import Config
from tests.support.configs import complaints, load


def test_a_section_cannot_be_edited() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Config().dns.workers = 2  # type: ignore[misc]


def test_an_unknown_key_gets_a_suggestion(tmp_path: Path) -> None:
    said = complaints(tmp_path, "dns:\n  alow_from: []\nblokking: {}\n")
    assert said == [
        "2: dns.alow_from: unknown key; did you mean allow_from?",
        "3: blokking: unknown key; did you mean blocking?",
    ]


def test_nothing_after_a_key_is_its_default(tmp_path: Path) -> None:
    written = "dns:\n  listen:\nblocking:\nrules:\n  # - example.org\nuser:\n"
    assert load(tmp_path, written).dns == Config().dns


def test_a_list_with_the_same_item_twice_is_refused(tmp_path: Path) -> None:
    (said,) = complaints(tmp_path, "upstreams: [udp://192.0.2.1, udp://192.0.2.1]\n")
    assert said == "1: upstreams: the upstream udp://192.0.2.1 stands here twice; remove one"


def test_a_list_that_needs_an_item_is_not_empty(tmp_path: Path) -> None:
    (said,) = complaints(tmp_path, "upstreams: []\n")
    assert said.startswith("1: upstreams: is an empty list; write at least one")
