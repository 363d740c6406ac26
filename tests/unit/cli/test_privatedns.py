"""`blocker private-dns`, as typed."""

import plistlib
import shutil
from pathlib import Path

from tests.support.certificates import certificates
from tests.support.commands import Commands

ENCRYPTED = (
    "dns: {encrypted: {certificate: server.pem, key: server.key, name: dns.home.example%s}}\n"
)


def commands(folder: Path, more: str = "") -> Commands:
    for name in ("server.pem", "server.key"):
        shutil.copy(certificates() / name, folder)
    return Commands(folder, ENCRYPTED % more)


def test_it_says_what_to_type_where(tmp_path: Path) -> None:
    said = commands(tmp_path).run("private-dns", "--id", "anna-phone")
    assert "Private DNS: anna-phone.dns.home.example" in said
    assert "https://dns.home.example/dns-query/anna-phone" in said
    assert "private-dns --id anna-phone -o anna-phone.mobileconfig" in said


def test_it_writes_a_profile(tmp_path: Path) -> None:
    at, file = commands(tmp_path), tmp_path / "home.mobileconfig"
    at.run("private-dns", "-o", str(file))
    (payload,) = plistlib.loads(file.read_bytes())["PayloadContent"]
    assert payload["DNSSettings"]["DNSProtocol"] == "HTTPS"
    at.run("private-dns", "--protocol", "tls", "-o", str(file))
    (payload,) = plistlib.loads(file.read_bytes())["PayloadContent"]
    assert payload["DNSSettings"] == {"DNSProtocol": "TLS", "ServerName": "dns.home.example"}


def test_what_cannot_be_is_said(tmp_path: Path) -> None:
    at = commands(tmp_path, ', tls: ["127.0.0.1:8853"], https: []')
    assert "it knows port 853 alone" in at.run("private-dns")
    assert "phones know 853 alone" in at.run("private-dns", "--protocol", "tls", code=1)
    assert "serve HTTPS, or TLS on port 853 (8853)" in at.run("private-dns", "-o", "x", code=1)
    assert "write letters" in at.run("private-dns", "--id", "a b", code=1)


def test_without_a_certificate_there_is_nothing_to_say(tmp_path: Path) -> None:
    assert "set dns.encrypted" in Commands(tmp_path).run("private-dns", code=1)
