"""Downloads from a real HTTPS server that does each thing that goes wrong with lists.

Nothing here may cost the last good copy, leave a file behind, or reach an address that is not
public.
"""

import gzip
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.broken import BROKEN, GOOD
from tests.support.downloading import HOST, INTERNET, MODIFIED, Desk, desk, lines
from tests.support.webserver import (
    WebServer,
    answer,
    redirect,
    status,
)


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as made:
        yield made


def test_a_list_comes_and_is_remembered(at: Desk) -> None:
    at.web.on("/list", answer(GOOD, etag='"v1"', modified=MODIFIED))
    assert at.refresh() == "new"
    assert at.copy == GOOD
    assert at.files == ["one.json", "one.list"]
    record = at.record()
    assert record.good is not None
    assert (record.good.etag, record.good.last_modified) == ('"v1"', MODIFIED)
    assert (record.good.lines, record.good.octets) == (100, len(GOOD))
    assert record.due_at == at.clock.now + 3600


@pytest.mark.parametrize(
    "validators",
    [{"etag": '"v1"'}, {"modified": MODIFIED}, {"etag": 'W/"v1"', "modified": MODIFIED}],
)
def test_an_unchanged_list_is_not_sent_again(at: Desk, validators: dict[str, str]) -> None:
    at.web.on("/list", answer(GOOD, **validators))  # type: ignore[arg-type]
    at.refresh()
    at.clock.now += 100
    assert at.refresh() == "same"
    record = at.record()
    assert (record.checked_at, record.confirmed_at) == (at.clock.now, at.clock.now)
    assert record.good is not None
    assert record.good.fetched_at == at.clock.now - 100
    assert len(at.web.log) == 2


def test_a_list_sent_again_as_it_was_changes_nothing(at: Desk) -> None:
    at.web.on("/list", answer(GOOD))
    assert [at.refresh(), at.refresh()] == ["new", "same"]


def test_a_copy_that_was_lost_is_fetched_again(at: Desk) -> None:
    at.web.on("/list", answer(GOOD, etag='"v1"'))
    at.refresh()
    (at.state / "lists" / "one.list").write_bytes(GOOD[:50])
    assert at.refresh() == "new"
    assert at.copy == GOOD


def test_a_record_that_was_lost_costs_a_download(at: Desk) -> None:
    at.web.on("/list", answer(GOOD, etag='"v1"'))
    at.refresh()
    (at.state / "lists" / "one.json").write_text("{")
    assert at.refresh() == "new"


@pytest.mark.parametrize("packed", [True, False], ids=["encoded", "a .gz file"])
def test_gzip(at: Desk, packed: bool) -> None:
    step = answer(GOOD, packed=True) if packed else answer(gzip.compress(GOOD))
    at.web.on("/list", step)
    assert at.refresh() == "new"
    assert at.copy == GOOD


@pytest.mark.parametrize("case", BROKEN)
def test_what_goes_wrong_costs_no_copy(at: Desk, case: str) -> None:
    step, why = BROKEN[case]
    at.upstream.on("inside.example", "address:10.1.2.3")
    at.web.on("/list", answer(GOOD, etag='"v1"'), step)
    assert at.refresh() == "new"
    began = time.monotonic()
    assert at.refresh() == "failed"
    assert time.monotonic() - began < 4
    assert at.copy == GOOD
    assert at.files == ["one.json", "one.list"]
    record = at.record()
    assert why in record.last_error
    assert record.failures == 1
    assert record.good is not None
    assert at.clock.now < record.due_at < at.clock.now + 60
    at.web.on("/list", answer(lines(120)))
    assert at.refresh() == "new"  # and it is over as soon as the server is well
    assert (at.record().failures, at.record().last_error) == (0, "")


@pytest.mark.parametrize("case", ["404", "empty", "bomb", "reset", "to 10/8"])
def test_without_a_copy_there_is_none_afterwards(at: Desk, case: str) -> None:
    at.web.on("/list", BROKEN[case][0])
    assert at.refresh() == "failed"
    assert at.files == ["one.json"]
    assert at.record().good is None


def test_a_server_that_is_not_there(at: Desk) -> None:
    at.web.on("/list", answer(GOOD))
    at.refresh()
    at.web.stop()
    assert at.refresh() == "failed"
    assert "connection refused" in at.record().last_error
    assert at.copy == GOOD


def test_a_certificate_of_another_name(at: Desk) -> None:
    at.upstream.on("other.example", f"address:{INTERNET}")
    at.web.on("/list", answer(GOOD), redirect(at.web.url("/list", host="other.example")))
    at.refresh()
    assert at.refresh() == "failed"
    assert "certificate is not to be trusted" in at.record().last_error
    assert at.copy == GOOD


def test_plain_http_where_https_was_meant(at: Desk) -> None:
    with WebServer(INTERNET, https=False) as plain:
        at.web.on("/list", redirect(plain.url("/list", host=HOST).replace("http:", "https:")))
        assert at.refresh() == "failed"
        assert not plain.log


def test_redirects_that_are_right(at: Desk) -> None:
    at.upstream.on("www.example", f"address:{INTERNET}")
    for hop in range(4):
        at.web.on(f"/{hop}", redirect(f"/{hop + 1}", 301 + hop % 3))
    at.web.on("/4", redirect(at.web.url("/end", host="www.example"), 308))
    at.web.on("/end", answer(GOOD, etag='"v1"'))
    assert at.refresh("/0") == "new"
    assert at.copy == GOOD
    assert at.refresh("/0") == "same"


def test_a_redirect_cannot_make_us_log_in_anywhere(at: Desk) -> None:
    at.web.on("/list", redirect(at.web.url("/end", host=f"user:secret@{HOST}")))
    at.web.on("/end", answer(GOOD))
    assert at.refresh() == "new"
    assert "Authorization" not in at.web.asked("/end")[0].headers


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "0.0.0.0", "192.168.1.1"])
def test_the_first_name_may_not_lead_inside_either(at: Desk, address: str) -> None:
    at.upstream.on(HOST, f"address:{address}")
    at.web.on("/list", answer(GOOD))
    assert at.refresh() == "failed"
    assert f"{address}, which is no public address" in at.record().last_error
    assert not at.web.log


def test_a_name_that_leads_elsewhere_the_second_time(at: Desk) -> None:
    """DNS rebinding: what is looked at is the address that is connected to."""
    at.upstream.on(HOST, f"address:{INTERNET}", f"address:{INTERNET}", "address:10.0.0.1")
    at.web.on("/list", redirect("/end"))
    at.web.on("/end", answer(GOOD))
    assert at.refresh() == "failed"
    assert "10.0.0.1, which is no public address" in at.record().last_error
    assert not at.web.asked("/end")


def test_a_list_that_shrank_is_kept_back(at: Desk) -> None:
    at.web.on("/list", answer(GOOD, etag='"v1"'), answer(lines(49), etag='"v2"'))
    at.refresh()
    assert at.refresh() == "held"
    assert at.copy == GOOD
    assert at.files == ["one.held", "one.json", "one.list"]
    assert at.record().alarm.startswith("shrank from 100 lines to 49;")
    assert at.refresh() == "held"  # it is not sent again
    assert at.web.log[-1].headers["If-None-Match"] == '"v2"'
    at.downloads().shelf.accept("one")
    assert at.copy == lines(49)
    assert at.files == ["one.json", "one.list"]
    assert at.record().alarm == ""
    assert at.refresh() == "same"


def test_a_list_that_shrank_and_grew_again(at: Desk) -> None:
    back = answer(GOOD, etag='"v3"')
    at.web.on("/list", answer(GOOD, etag='"v1"'), answer(lines(9), etag='"v2"'), back)
    assert [at.refresh() for _ in range(3)] == ["new", "held", "same"]
    assert at.record().alarm == ""
    assert at.files == ["one.json", "one.list"]
    at.web.on("/list", answer(lines(9), etag='"v2"'), answer(lines(101), etag='"v3"'))
    assert [at.refresh() for _ in range(2)] == ["held", "new"]
    assert at.copy == lines(101)
    assert at.files == ["one.json", "one.list"]


def test_half_is_still_believed(at: Desk) -> None:
    at.web.on("/list", answer(GOOD), answer(b"# note\n" * 500 + lines(50)))
    assert [at.refresh(), at.refresh()] == ["new", "new"]


def test_another_address_in_the_file(at: Desk) -> None:
    """The old copy is used until the new one is there, and is no measure for it."""
    at.web.on("/list", answer(GOOD, etag='"v1"'))
    at.web.on("/other", status(404), status(404), answer(lines(3), etag='"v1"'))
    at.refresh()
    assert at.record("/other").due_at == 0
    assert at.refresh("/other") == "failed"
    assert at.record("/other").due_at > at.clock.now
    assert at.copy == GOOD
    assert [at.refresh("/other"), at.refresh("/other")] == ["failed", "new"]
    assert at.copy == lines(3)


def test_a_server_may_ask_for_patience(at: Desk) -> None:
    at.web.on("/list", status(503, Retry_After="1800"))
    at.refresh()
    assert at.record().due_at == at.clock.now + 1800
    at.web.on("/list", status(429, Retry_After="99999999"))
    at.refresh()
    assert at.record().due_at == at.clock.now + 3600


def test_how_far_it_is(at: Desk) -> None:
    heard: list[tuple[int, int | None]] = []
    body = lines(5000)
    at.web.on("/list", answer(body))
    at.refresh(arrived=lambda octets, whole: heard.append((octets, whole)))
    assert heard[:2] == [(0, None), (0, len(body))]
    assert heard[-1] == (len(body), len(body))
    assert heard[1:] == sorted(heard[1:])
    assert len(heard) > 3


def test_our_own_blocking_does_not_stop_it(at: Desk) -> None:
    """The upstream is asked, not the machine's resolver; both families; nothing else goes out."""
    at.web.on("/list", answer(GOOD))
    assert at.refresh() == "new"
    assert {one.name.lower() for one in at.upstream.log} == {HOST}
    assert {one.question[-4:-2] for one in at.upstream.log} == {b"\0\x01", b"\0\x1c"}


def test_a_disk_without_room_costs_no_copy(at: Desk) -> None:
    at.web.on("/list", answer(GOOD), answer(lines(9000)))
    at.refresh()
    room, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        assert at.refresh() == "failed"
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    assert "cannot be written: file too large" in at.record().last_error
    assert at.copy == GOOD
    assert at.files == ["one.json", "one.list"]


def test_not_modified_without_a_copy(at: Desk) -> None:
    at.web.on("/list", status(304))
    assert at.refresh() == "failed"
    assert at.record().last_error == "the server answers 304 Not Modified"
