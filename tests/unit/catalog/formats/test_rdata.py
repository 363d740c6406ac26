"""RDATA from words, against dnslib where it can write the type without compressing names."""

from ipaddress import ip_address

import dnslib
import pytest

from blocker.catalog.formats.rdata import address_record, rdata, unescaped
from blocker.catalog.formats.rtypes import TYPES
from blocker.core.names import from_text
from blocker.core.rule import LocalRecord


@pytest.mark.parametrize(
    "rtype, text",
    [
        ("A", "192.0.2.1"),
        ("AAAA", "2001:db8::1"),
        ("CNAME", "example.org."),
        ("NS", "ns.example.org."),
        ("PTR", "example.org."),
        ("SOA", "ns.example.org. host.invalid. 1 7200 900 1209600 86400"),
        ("MX", "10 mail.example.org."),
        ("SRV", "1 2 853 example.org."),
        ("TXT", "hello"),
        ("TXT", '"two words" third'),
        ("CAA", '0 issue "ca.example"'),
        ("HTTPS", "1 . alpn=h2,h3 port=443"),
        ("NAPTR", '10 20 "u" "E2U" "!^.*$!x!" .'),
    ],
)
def test_as_dnslib_has_it(rtype: str, text: str) -> None:
    (record,) = dnslib.RR.fromZone(f"x. 60 IN {rtype} {text}")
    buffer = dnslib.DNSBuffer()
    record.rdata.pack(buffer)
    words = [word.strip('"') for word in text.replace('"two words"', "two\x00words").split()]
    words = [word.replace("\x00", " ") for word in words]
    assert rdata(TYPES[rtype], words) == bytes(buffer.data)


@pytest.mark.parametrize(
    "rtype, words, expected",
    [
        (65, ["1", ".", "ipv4hint=192.0.2.1", "key9=x"],
         b"\x00\x01\x00\x00\x04\x00\x04\xc0\x00\x02\x01\x00\x09\x00\x01x"),
        (65, ["1", "a.org", "mandatory=port,alpn", "port=1", "alpn=h2"],
         b"\x00\x01\x01a\x03org\x00\x00\x00\x00\x04\x00\x01\x00\x03\x00\x01\x00\x03\x02h2"
         b"\x00\x03\x00\x02\x00\x01"),
        (65, ["1", ".", "ech=AAEC", "ipv6hint=::1", "no-default-alpn"],
         b"\x00\x01\x00\x00\x02\x00\x00\x00\x05\x00\x03\x00\x01\x02\x00\x06\x00\x10"
         + bytes(15) + b"\x01"),
        (4711, ["\\#", "3", "ab", "cdef"], b"\xab\xcd\xef"),
        (1, ["\\#", "4", "C0000201"], b"\xc0\x00\x02\x01"),
        (16, [r"a\"b\\c\100"], b'\x06a"b\\cd'),
        (256, ["1", "2", "https://a.org"], b"\x00\x01\x00\x02https://a.org"),
        (13, ["cpu", "os"], b"\x03cpu\x02os"),
    ],
)  # fmt: skip
def test_octets(rtype: int, words: list[str], expected: bytes) -> None:
    assert rdata(rtype, words) == expected


def test_names_are_read_by_whoever_knows_the_origin() -> None:
    assert rdata(5, ["a"], lambda written: from_text(f"{written}.org")) == from_text("a.org")


@pytest.mark.parametrize(
    "rtype, words, why",
    [
        (1, ["1.2.3"], "Expected 4 octets"),
        (1, ["::1"], "Expected 4 octets"),
        (28, ["1.2.3.4"], "At least 3 parts"),
        (1, [], "a record of 0 parts"),
        (16, [], "lacks something"),
        (15, ["x", "a.org"], "not a number up to 65535"),
        (15, ["65536", "a.org"], "not a number up to 65535"),
        (16, ["x" * 256], "more than 255 octets"),
        (16, ["x" * 255] * 300, "more than 65535 octets"),
        (65, ["1"], "lacks something"),
        (65, ["1", ".", "nokey=1"], "no parameter of a service"),
        (65, ["1", ".", "port=1", "port=2"], "twice"),
        (65, ["1", ".", "ech=!"], "not base64"),
        (46, ["x"], "RFC 3597"),
        (1, ["\\#", "3", "ab"], "length or hexadecimal digits"),
        (1, ["\\#", "1", "zz"], "length or hexadecimal digits"),
        (1, ["\\#"], "length or hexadecimal digits"),
        (5, ["a..org"], "empty label"),
        (257, ["256", "issue", "x"], "not a number up to 255"),
    ],
)
def test_wrong_words(rtype: int, words: list[str], why: str) -> None:
    with pytest.raises(ValueError, match=why.replace("(", r"\(")):
        rdata(rtype, words)


@pytest.mark.parametrize("written", ["\\256", "\\1", "\\1x"])
def test_wrong_escapes(written: str) -> None:
    with pytest.raises(ValueError, match="three digits up to 255"):
        unescaped(written)


def test_addresses() -> None:
    assert address_record(ip_address("192.0.2.1"), 5) == LocalRecord(1, 5, b"\xc0\x00\x02\x01")
    assert address_record(ip_address("::1")) == LocalRecord(28, 60, bytes(15) + b"\x01")
