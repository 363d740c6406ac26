"""private-dns, as called."""

import plistlib
from dataclasses import replace
from pathlib import Path

from blocker.link import Encrypted
from tests.support.backend import Admin, play
from tests.support.certificates import certificates


def serve(admin: Admin, dot: int, *doh: int, **fields: str) -> None:
    generations = admin.generations
    given = Encrypted(certificate="c", key="k", name="dns.home.example")
    given.update(fields)  # type: ignore[typeddict-item]
    generations.current = replace(generations.current, encrypted=given)
    generations.started_with = replace(
        generations.started_with,
        dot=[("0.0.0.0", dot)],
        doh=[("0.0.0.0", port) for port in doh],
    )


def test_what_a_phone_has_to_be_told(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        serve(admin, 853, 443)
        told = await admin.ask("GET", "private-dns?id=anna-phone")
        assert told["android"] == "anna-phone.dns.home.example"
        assert told["url"] == "https://dns.home.example/dns-query/anna-phone"
        assert "DNSSettings" in plistlib.loads(told["profile"].encode())["PayloadContent"][0]
        told = await admin.ask("GET", "private-dns?protocol=tls")
        assert "<string>TLS</string>" in told["profile"]
        status = await admin.ask("GET", "status")
        assert status["encrypted"] == {"tls": ["0.0.0.0:853"], "https": ["0.0.0.0:443"]}

    play(tmp_path, scenario)


def test_what_is_not_served_is_said(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        told = await admin.ask("GET", "private-dns", status=404)
        assert "set dns.encrypted" in told["detail"]
        serve(admin, 8853)
        assert (await admin.ask("GET", "private-dns"))["profile"] == ""
        told = await admin.ask("GET", "private-dns?protocol=tls", status=422)
        assert "phones know 853 alone" in told["detail"]
        await admin.ask("GET", "private-dns?id=a_b", status=422)

    play(tmp_path, scenario)


def test_the_name_is_the_certificates_as_soon_as_that_can_be_read(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        serve(admin, 853, name="")
        told = await admin.ask("GET", "private-dns", status=404)
        assert "while the certificate cannot be used" in told["detail"]
        pem, key = (str(certificates() / each) for each in ("server.pem", "server.key"))
        serve(admin, 853, name="", certificate=pem, key=key)
        assert (await admin.ask("GET", "private-dns"))["name"] == "lists.example"

    play(tmp_path, scenario)
