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

from tests.support.downloading import HOST, INTERNET, MODIFIED, Desk, desk, lines
from tests.support.webserver import (
    Step,
    WebServer,
    answer,
    endless,
    head,
    raw,
    redirect,
    status,
)

GOOD = lines(100)


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


def bomb() -> Step:
    """A quarter of a GiB, in a quarter of a MiB."""
    zeroes = gzip.compress(b"a.example\n" * (25 << 20), 9)
    assert len(zeroes) < 1 << 20
    return raw(head(Content_Encoding="gzip", Content_Length=len(zeroes)), zeroes)


WHOLE = gzip.compress(GOOD)
HALF = WHOLE[: len(WHOLE) // 2]
BROKEN: dict[str, tuple[Step, str]] = {
    "404": (status(404), "the server answers 404 Not Found"),
    "403": (status(403), "the server answers 403"),
    "500": (status(500), "the server answers 500"),
    "206": (status(206), "the server answers 206"),
    "empty": (answer(b""), "it is empty"),
    "blank": (answer(b"\n \n\r\n"), "nothing but comments"),
    "comments": (answer(b"# a\n! b\n"), "nothing but comments"),
    "html as text": (answer(b"<!DOCTYPE html>\n<html><body>Sign in</body>"), "it is a page of the web"),
    "json": (answer(b'{"message": "Not Found"}'), "it is JSON"),
    "a zip": (answer(b"PK\x03\x04" + b"a.example\n" * 9), "it is a zip file; unpack it"),
    "binary": (answer(b"\x7fELF\x02\x01\x00\x00" * 64), "binary"),
    "binary late": (answer(lines(9000) + b"\0" * 9), "binary"),
    "utf-16": (answer(GOOD.decode().encode("utf-16")), "binary"),
    "one long line": (answer(b"a" * 100_000), "a line of more than 64 KiB"),
    "too short": (raw(head(Content_Length=9999), GOOD), "truncated"),
    "broken chunks": (raw(head(Transfer_Encoding="chunked"), b"400\r\na.example\n"), "truncated"),
    "half a gzip": (
        raw(head(Content_Encoding="gzip", Content_Length=len(HALF)), HALF),
        "its gzip ends in the middle",
    ),
    "gzip without its end": (
        raw(head(Content_Encoding="gzip", Content_Length=len(WHOLE) - 4), WHOLE[:-4]),
        "its gzip ends in the middle",
    ),
    "no gzip": (raw(head(Content_Encoding="gzip", Content_Length=5), b"a.b.c"), "gzip is damaged"),
    "wrong sum": (
        raw(head(Content_Encoding="gzip", Content_Length=len(WHOLE)), WHOLE[:-8] + bytes(8)),
        "gzip is damaged",
    ),
    "brotli": (raw(head(Content_Encoding="br", Content_Length=5), b"a.b.c"), "not asked for"),
    "bomb": (bomb(), "larger than 1,048,576 octets"),
    "too large": (raw(head(Content_Length=2 << 30), b"a"), "larger than 1,048,576 octets"),
    "endless": (endless(), "larger than 1,048,576 octets"),
    "silent": (raw(then="hang"), "the server says nothing for 0.3 s"),
    "stops": (raw(head(Content_Length=999), b"a", then="hang"), "the server says nothing"),
    "drips": (raw(head(Content_Length=999), *[b"a"] * 20, pause=0.1), "takes longer than 1.5 s"),
    "reset": (raw(head(Content_Length=999), b"a.example\n", then="reset"), "truncated"),
    "no http": (raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "the server does not speak HTTP"),
    "hangs up": (raw(), "the server hangs up without a word"),
    "to http": (redirect(f"http://{HOST}/list"), "which is not https"),
    "to a file": (redirect("file:///etc/passwd"), "which is not https"),
    "to data": (redirect("data:text/plain,a.example"), "which is not https"),
    "to nowhere": (raw(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"), "without saying where"),
    "to 127.0.0.1": (redirect("https://127.0.0.1/list"), "127.0.0.1, which is no public address"),
    "to ::1": (redirect("https://[::1]/list"), "::1, which is no public address"),
    "to localhost": (redirect("https://localhost/list"), "which is no public address"),
    "to 10/8": (redirect("https://10.0.0.1/list"), "10.0.0.1, which is no public address"),
    "to metadata": (redirect("https://169.254.169.254/latest/"), "which is no public address"),
    "to a mapped one": (redirect("https://[::ffff:7f00:1]/"), "which is no public address"),
    "to a number": (redirect("https://2130706433/list"), "2130706433, which is no address"),
    "to a short form": (redirect("https://127.1/list"), "127.1, which is no address"),
    "to a name inside": (redirect("https://inside.example/"), "10.1.2.3, which is no public"),
    "to itself": (redirect("/list"), "it redirects more than 5 times"),
}  # fmt: skip


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
    assert heard[0] == (0, len(body))
    assert heard[-1] == (len(body), len(body))
    assert heard == sorted(heard)
    assert len(heard) > 2


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
