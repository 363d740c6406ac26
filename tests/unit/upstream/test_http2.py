"""What a server says over HTTP/2: whether it may be an answer. The rest is in test_https.py."""

import pytest

from blocker.upstream.http2 import Response


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
