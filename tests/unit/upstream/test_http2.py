"""What a server says over HTTP/2: whether it may be an answer, and when it has enough. The rest is
in test_https.py.
"""

from collections.abc import Iterator

import pytest

from blocker.upstream import tls
from blocker.upstream.http2 import Response
from blocker.upstream.url import upstream_of
from tests.support.asking import Bench, clock, run
from tests.support.certificates import certificates
from tests.support.dohserver import DohServer
from tests.support.upstream import ScriptedUpstream


@pytest.fixture(autouse=True)
def trusted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates() / "ca.pem"))
    tls.client_context.cache_clear()
    yield
    tls.client_context.cache_clear()


def response(status: str = "200", **headers: str) -> Response:
    made = Response(b"token")
    made.status = status
    made.headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return made


@pytest.mark.parametrize(
    "kind",
    ["application/dns-message", "Application/DNS-Message", "application/dns-message; q=1"],
)
def test_a_message_of_its_kind_may_be_an_answer(kind: str) -> None:
    assert response(content_type=kind).fault == ""


@pytest.mark.parametrize(
    "status,kind,fault",
    [
        ("200", "text/html", "sent text/html"),
        ("200", "", "sent nothing"),
        ("200", "x" * 99, f"sent {'x' * 55}"),
        ("204", "application/dns-message", "HTTP 204"),
        ("500", "application/dns-message", "HTTP 500"),
        ("", "application/dns-message", "HTTP "),
    ],
)
def test_all_else_is_none(status: str, kind: str, fault: str) -> None:
    assert response(status, content_type=kind).fault == fault


@pytest.mark.parametrize(
    "age,seconds", [("0", 0), ("300", 300), ("-1", 0), ("soon", 0), ("", 0), ("9" * 30, 0)]
)
def test_age_is_a_number_of_seconds(age: str, seconds: int) -> None:
    assert response(age=age).age == seconds


def test_a_server_that_says_goodbye_after_two_answers_loses_no_question() -> None:
    with DohServer(carries=2) as server:
        names = [f"n{number}.example" for number in range(40)]

        async def scenario(bench: Bench) -> None:
            assert {one.answers for one in await bench.ask_all(names)} == {1}
            assert not bench.forwarder.upstreams[0].tally.errors

        run([upstream_of(server.given(), clock)], scenario)


def test_what_a_server_refuses_for_being_too_much_waits_for_its_turn() -> None:
    with DohServer(bears=4) as server:
        names = [f"n{number}.example" for number in range(60)]
        for name in names:
            server.on(name, "delay:0.02")

        async def scenario(bench: Bench) -> None:
            assert {one.answers for one in await bench.ask_all(names)} == {1}
            assert not bench.forwarder.upstreams[0].tally.errors["network"]

        run([upstream_of(server.given(), clock)], scenario)
        assert server.connections == 1
        assert len(server.log) < 3 * len(names)


def test_a_server_that_refuses_all_is_asked_twice() -> None:
    with DohServer() as server, ScriptedUpstream() as other:
        server.on("a.example", "reset:7")

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("a.example")).answers == 1

        run([upstream_of(server.given(), clock), upstream_of({"url": other.url}, clock)], scenario)
        assert len(server.log) == 2


def test_answers_that_are_too_long_leave_room_for_others() -> None:
    # Each octet that the server may send has to be given back to it (RFC 9113 section 5.2).
    with DohServer() as server:
        names = [f"n{number}.example" for number in range(20)]
        for name in names:
            server.on(name, "long")

        async def scenario(bench: Bench) -> None:
            for name in names:
                assert (await bench.ask(name)).rcode == 2
            assert (await bench.ask("a.example")).answers == 1

        run([upstream_of(server.given(), clock)], scenario)
        assert server.connections == 1
