"""One page that needs nothing else, whatever names are in it."""

import re
from html.parser import HTMLParser

import pytest

from blocker.accounting.document import document
from blocker.accounting.page import page, period
from blocker.core.row import Kind
from tests.support.logrows import MONDAY, Stored, row
from tests.unit.accounting.test_report import log, made

__all__ = ["log"]

HOSTILE = "</td><script>alert(1)</script>\"'&<img src=x onerror=alert(1)>.example"


class Tags(HTMLParser):
    """What stands in a page: tags in order, whether each is closed, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_it_tells_what_the_report_tells(log: Stored) -> None:
    read = Tags(page(document(made(log)), "2026-11-24"))
    assert read.open == []
    for words in ("Who phones home", "Xiaomi", "CN", "a law", "a source", "c.xiaomi.com", "83%"):
        assert words in read.text
    assert [attrs for tag, attrs in read.seen if tag == "a"] == [
        {"href": "https://example.org/", "rel": "noreferrer"}
    ]


def test_what_a_function_needs_is_no_telemetry_that_got_away(log: Stored) -> None:
    update = Kind("cached", "allow", "keep", "lists/keep.yaml", "y", 1, "xiaomi", "updates")
    log.write([row("ota.example", update, second=MONDAY + 70, count=30)])
    read = Tags(page(document(made(log))))
    assert "83%" in read.text
    assert "30 of them for functions" in " ".join(read.text.split())
    bars = [attrs["aria-label"] for tag, attrs in read.seen if tag == "svg"]
    assert bars[0] == "6 stopped, 0 would be stopped, 2 went out, 30 went out for a function"


def test_what_has_no_maker_stands_apart_and_counts_as_none(log: Stored) -> None:
    own = Kind("blocked", "block", "user", "blocker.yaml", "ads.example", 1)
    log.write([row("ads.example", own, second=MONDAY + 80 + n, count=30) for n in range(3)])
    read = Tags(page(document(made(log))))
    text = " ".join(read.text.split())
    for words in ("12 calls to makers", "83% of the rest stopped", "2 makers called"):
        assert words in text
    makers, others = text.split("Of no maker")
    assert "your own rules" not in makers
    assert "subscribed lists" not in makers
    assert "your own rules90" in others
    assert "subscribed lists3" in others
    assert "user" not in text.replace(",", " ").split()


def test_it_needs_nothing_else(log: Stored) -> None:
    text = page(document(made(log)))
    tags = {tag for tag, _ in Tags(text).seen}
    assert not tags & {"script", "link", "img", "iframe", "object"}
    assert not re.search(r"url\(|@import|src=", text)
    assert "default-src 'none'" in text


def test_a_table_wider_than_a_telephone_can_be_pushed_aside(log: Stored) -> None:
    seen = Tags(page(document(made(log)))).seen
    tables = [place for place, (tag, _) in enumerate(seen) if tag == "table"]
    assert len(tables) >= 3
    assert all(seen[place - 1] == ("div", {"class": "wide"}) for place in tables)


def test_a_name_that_means_harm_is_text(log: Stored) -> None:
    told = document(made(log))
    told["inbox"][0]["name"] = HOSTILE
    told["accounts"][0]["device"] = HOSTILE
    told["vendors"][0]["devices"][0]["device_name"] = HOSTILE
    told["amplified"] = [
        {
            "device": HOSTILE,
            "vendor": "x",
            "name": HOSTILE,
            "before": 1.0,
            "after": 9.0,
            "factor": 9,
        }
    ]
    told["beacons"] = [
        {
            "device": HOSTILE, "vendor": "x", "purpose": "push", "name": HOSTILE,
            "period": 60.0, "jitter": 1.0, "calls": 9,
        }
    ]  # fmt: skip
    read = Tags(page(told))
    assert read.open == []
    assert not {tag for tag, _ in read.seen} & {"script", "img"}
    assert read.text.count("<script>alert(1)</script>") == 7


def test_nothing_to_tell_is_said(log: Stored) -> None:
    told = document(made(log, "nobody"))
    assert "No device has called a vendor" in page(told)


@pytest.mark.parametrize(
    "seconds, words", [(45, "45 s"), (300, "5 min"), (9_000, "2.5 h"), (86_400, "24 h")]
)
def test_periods(seconds: float, words: str) -> None:
    assert period(seconds) == words
