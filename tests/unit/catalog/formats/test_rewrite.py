"""Values of $dnsrewrite."""

import pytest

from blocker.catalog.formats.reading import Unused
from blocker.catalog.formats.rewrite import read
from blocker.core.names import from_text
from blocker.core.rule import LocalRecord


@pytest.mark.parametrize(
    "value, mode",
    [
        ("NXDOMAIN", "nxdomain"),
        ("REFUSED", "refused"),
        ("SERVFAIL", "refused"),
        ("NOERROR", "nodata"),
        ("NXDOMAIN;;", "nxdomain"),
        ("noerror;;", "nodata"),
        ("REFUSED;A;192.0.2.1", "refused"),
        ("0.0.0.0", "null-ip"),
        ("::", "null-ip"),
        ("NOERROR;A;0.0.0.0", "null-ip"),
    ],
)
def test_answers_without_records(value: str, mode: str) -> None:
    assert read(value) == mode


@pytest.mark.parametrize(
    "value, rtype, rdata",
    [
        ("192.0.2.1", 1, b"\xc0\x00\x02\x01"),
        ("2001:db8::1", 28, b"\x20\x01\x0d\xb8" + bytes(11) + b"\x01"),
        ("example.org", 5, from_text("example.org")),
        ("NOERROR;CNAME;example.org", 5, from_text("example.org")),
        ("NOERROR;A;192.0.2.1", 1, b"\xc0\x00\x02\x01"),
        ("NOERROR;TXT;hello world", 16, b"\x0bhello world"),
        ("NOERROR;MX;10 mail.example.org", 15, b"\x00\x0a" + from_text("mail.example.org")),
        ("NOERROR;PTR;example.org.", 12, from_text("example.org")),
        ("NOERROR;SRV;1 2 3 a.org", 33, bytes((0, 1, 0, 2, 0, 3)) + from_text("a.org")),
        ("NOERROR;HTTPS;1 . alpn=h3", 65, b"\x00\x01\x00\x00\x01\x00\x03\x02h3"),
    ],
)
def test_records(value: str, rtype: int, rdata: bytes) -> None:
    assert read(value) == LocalRecord(rtype, 60, rdata)


@pytest.mark.parametrize(
    "value", ["UNKNOWN", "NOERROR;A", "NOERROR;A;x", "NOERROR;AAAA;192.0.2.1", "NOERROR;MX;x",
              "NOERROR;X;1", "a..b", "NOERROR;SRV;1 2 3", "NOERROR;HTTPS;1 . x=1"],
)  # fmt: skip
def test_wrong_ones(value: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read(value)


@pytest.mark.parametrize("value", ["YXDOMAIN;;", "NOTZONE;A;192.0.2.1", ";;"])
def test_what_nothing_here_answers(value: str) -> None:
    with pytest.raises(Unused, match="which nothing here does"):
        read(value)
