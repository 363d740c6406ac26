"""One exchange: what is sent, and what is made of what the server says of itself."""

import asyncio
from io import BytesIO
from pathlib import Path

import pytest

from blocker import __version__
from blocker.download.body import Body
from blocker.download.fetch import Later, Validators, fetch
from tests.support.downloading import Desk, desk, lines
from tests.support.webserver import answer, redirect, status


def ask(at: Desk, path: str, validators: Validators) -> Validators | None:
    def body(encoding: str) -> Body:
        return Body(BytesIO(), 1 << 20, at.is_a_list, encoding)

    return asyncio.run(fetch(at.source(path).source, validators, body, at.network()))


def test_what_is_sent(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.web.on("/list", redirect("/end"))
        at.web.on("/end", answer(lines(3), etag='"v2"', modified="Tue, 03 Nov 2026 10:00:00 GMT"))
        known = Validators('"v1"', "Mon, 02 Nov 2026 10:00:00 GMT")
        assert ask(at, "/list", known) == Validators('"v2"', "Tue, 03 Nov 2026 10:00:00 GMT")
        for request in at.web.log:
            assert request.headers["User-Agent"] == f"blocker/{__version__}"
            assert request.headers["Accept-Encoding"] == "gzip"
            assert request.headers["If-None-Match"] == '"v1"'
            assert request.headers["If-Modified-Since"] == "Mon, 02 Nov 2026 10:00:00 GMT"
            assert "Cookie" not in request.headers


def test_nothing_is_claimed_that_is_not_known(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.web.on("/list", answer(lines(3)))
        assert ask(at, "/list", Validators()) == Validators()
        assert "If-None-Match" not in at.web.log[0].headers
        assert "If-Modified-Since" not in at.web.log[0].headers


@pytest.mark.parametrize(
    "said, seconds",
    [("120", 120), ("0", 0), ("soon", 0), ("", 0), ("-5", 0), ("Mon, 02 Nov 1998 10:00:00 GMT", 0)],
)
def test_when_to_come_again(tmp_path: Path, said: str, seconds: float) -> None:
    with desk(tmp_path) as at:
        at.web.on("/list", status(503, Retry_After=said))
        with pytest.raises(Later) as caught:
            ask(at, "/list", Validators())
        assert caught.value.seconds == seconds
