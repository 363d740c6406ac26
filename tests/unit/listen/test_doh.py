"""What a request's head comes to (RFC 8484), as a table."""

import base64

import pytest

from blocker.listen.doh import MEDIA_TYPE, Question, Refusal, asked, in_origin_form, posted
from tests.support.packets import query

MESSAGE = query("www.example.com", packet_id=0)
DNS = base64.urlsafe_b64encode(MESSAGE).rstrip(b"=").decode()


def test_a_question_in_the_path_or_in_the_body() -> None:
    assert asked("GET", f"/dns-query?dns={DNS}".encode()) == Question(MESSAGE)
    assert asked("GET", f"/dns-query?ct&dns={DNS}&x=1".encode()) == Question(MESSAGE)
    assert asked("HEAD", f"/dns-query?dns={DNS}".encode()) == Question(MESSAGE)
    head = asked("POST", b"/dns-query", f"{MEDIA_TYPE}; charset=x", "33")
    assert head == Question(b"")
    assert isinstance(head, Question)
    assert posted(head, MESSAGE) == Question(MESSAGE)


def test_an_id_in_the_path() -> None:
    assert asked("GET", f"/dns-query/Anna-Phone?dns={DNS}".encode()) == Question(
        MESSAGE, "anna-phone"
    )
    head = asked("POST", b"/dns-query/anna-phone", MEDIA_TYPE)
    assert isinstance(head, Question)
    assert posted(head, MESSAGE) == Question(MESSAGE, "anna-phone")


@pytest.mark.parametrize(
    "method, target, content_type, length, status",
    [
        ("GET", "/dns-query", "", "", 400),
        ("GET", "/dns-query?dns=", "", "", 400),
        ("GET", f"/dns-query?dns={DNS}=", "", "", 400),
        ("GET", f"/dns-query?dns={DNS}&dns={DNS}", "", "", 400),
        ("GET", "/dns-query?dns=AAAA+/AA", "", "", 400),
        ("GET", "/dns-query?dns=A%41AA", "", "", 400),
        ("GET", "/dns-query?dns=AAAAA", "", "", 400),
        ("GET", "/dns-query?dns=AAABAAABAAAAAAA", "", "", 400),  # 11 octets
        ("GET", "/dns-query?dns=" + "A" * 9_000, "", "", 414),
        ("GET", "/", "", "", 404),
        ("GET", "/dns-query/", "", "", 404),
        ("GET", "/dns-query/a/b", "", "", 404),
        ("GET", "/dns-query/a_b", "", "", 404),
        ("GET", "/dns-query/../api/v1/status", "", "", 404),
        ("GET", "/api/v1/status", "", "", 404),
        ("GET", "//dns-query", "", "", 404),
        ("PUT", "/dns-query", MEDIA_TYPE, "33", 405),
        ("DELETE", "/dns-query", "", "", 405),
        ("HEAD", "/dns-query", "", "", 400),
        ("POST", "/dns-query", "", "33", 415),
        ("POST", "/dns-query", "application/json", "33", 415),
        ("POST", "/dns-query", MEDIA_TYPE, "65536", 413),
        ("POST", "/dns-query", MEDIA_TYPE, "9" * 30, 413),
        ("POST", "/dns-query", MEDIA_TYPE, "-1", 400),
        ("POST", "/dns-query", MEDIA_TYPE, "\u0663", 400),
    ],
)
def test_refusals(method: str, target: str, content_type: str, length: str, status: int) -> None:
    outcome = asked(method, target.encode(), content_type, length)
    assert isinstance(outcome, Refusal)
    assert outcome.status == status


@pytest.mark.parametrize("size, status", [(0, 400), (11, 400), (65_536, 413)])
def test_bodies_of_no_message(size: int, status: int) -> None:
    outcome = posted(Question(b""), bytes(size))
    assert isinstance(outcome, Refusal)
    assert outcome.status == status


@pytest.mark.parametrize(
    "target, origin_form",
    [
        ("https://dns.home.example/dns-query?dns=AA", "/dns-query?dns=AA"),
        ("HTTPS://[2001:db8::1]:8443/dns-query", "/dns-query"),
        ("http://x/https://y/dns-query", "/https://y/dns-query"),
        ("https://x?dns=https://y/", "?dns=https://y/"),
        ("https://x", ""),
        ("dns.home.example:443", "dns.home.example:443"),
        ("ftp://x/dns-query", "ftp://x/dns-query"),
        ("*", "*"),
    ],
)
def test_a_target_that_names_its_server(target: str, origin_form: str) -> None:
    assert in_origin_form(target.encode()) == origin_form.encode()
