"""The clock is set, by a year and more, and the machine sleeps: while it runs, for all processes.

What they read of the clocks is changed by libfaketime, from a file; the machine's own stays.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from tests.support.blocker import BLOCKED, Blocker, blocker
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.timeout(180)  # reading a clock is slow here
Set = Callable[[str], None]


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Set:
    """Sets the clocks of what is started from now on: `+1y`, `-8h`."""
    (library,) = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")  # Debian's faketime
    file = tmp_path / "clock"
    file.write_text("+0")
    monkeypatch.setenv("LD_PRELOAD", str(library))
    monkeypatch.setenv("FAKETIME_TIMESTAMP_FILE", str(file))
    monkeypatch.setenv("FAKETIME_CACHE_DURATION", "1")  # second; then the file is read again

    def set_to(offset: str) -> None:
        file.write_text(offset)

    return set_to


def forwarded(server: Blocker, name: str) -> int:
    """The TTL of an answer that came from the upstream, now or before."""
    (record,) = server.ask(name).rr
    assert str(record.rdata) == "192.0.2.80"
    return int(record.ttl)


def logged(server: Blocker, name: str, token: str) -> bool:
    page = server.http("GET", f"queries?name={name}", token=token)
    return page.status == 200 and bool(page.json["queries"])


def year_of_admin(server: Blocker) -> int:
    return parsedate_to_datetime(server.http("GET", "/healthz").headers["Date"]).year


def year_in(years: int) -> int:
    return (datetime.now(UTC) + timedelta(days=365 * years)).year


def test_the_clock_jumps_by_a_year_and_back(
    tmp_path: Path, clock: Set, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1")  # only what people set
    with ScriptedUpstream() as upstream, blocker(tmp_path, upstreams=[upstream.url]) as server:
        token = server.token()
        server.wait_until_ready()
        assert forwarded(server, "kept.example") == 60
        server.wait_until(lambda: logged(server, "kept.example", token))
        for number, years in enumerate((1, -1, 0)):
            for_a_while = {"action": "allow", "name": BLOCKED, "for": "1h"}
            assert server.http("POST", "rules", for_a_while, token).status == 200
            server.wait_until(lambda: server.address() == "192.0.2.80")
            clock(f"{years:+}y")
            # Else the next hour might be counted from the time before: they look once a second.
            server.wait_until(lambda end=years: year_of_admin(server) == year_in(end))
            later = years >= 0  # then the hour is over; else it has just begun
            server.wait_until(lambda end=later: (server.address() == "0.0.0.0") == end)
            assert forwarded(server, "kept.example") <= 60  # no sooner and no later
            new = f"n{number}.example"
            assert forwarded(server, new) == 60
            server.wait_until(lambda new=new: logged(server, new, token), 10)
            assert logged(server, "kept.example", token), "what was logged is no older for that"
            server.wait_until_ready()
        assert len(upstream.asked("kept.example")) == 1
        assert server.stop() == 0
        server.start()
        assert server.address() == "0.0.0.0"
        assert "Traceback" not in server.log.read_text()


def test_answers_age_while_the_machine_sleeps(tmp_path: Path, clock: Set) -> None:
    """All clocks go on by eight hours at once; CLOCK_MONOTONIC too, which here cannot be held."""
    with ScriptedUpstream() as upstream, blocker(tmp_path, upstreams=[upstream.url]) as server:
        server.wait_until_ready()
        assert forwarded(server, "kept.example") == 60
        assert forwarded(server, "kept.example") <= 60
        assert len(upstream.asked("kept.example")) == 1
        clock("+8h")
        server.wait_until(
            lambda: forwarded(server, "kept.example") and len(upstream.asked("kept.example")) == 2
        )
        assert server.address() == "0.0.0.0"
        server.wait_until_ready()
        assert "Traceback" not in server.log.read_text()
