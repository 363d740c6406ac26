"""`dns.encrypted:` every error with what to write."""

import shutil
from pathlib import Path
from typing import NoReturn

import pytest

from blocker.config.encrypted import certificate_faults
from blocker.config.units import Endpoint
from blocker.yamlfile import read
from tests.support.certificates import certificates, expired
from tests.support.configs import complaints, load

PAIR = "certificate: server.pem, key: server.key"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("server.pem", "server.key", "ca.pem", "ca.key"):
        shutil.copy(certificates() / name, tmp_path)
    return tmp_path


def configured(more: str = "") -> str:
    return f"dns: {{encrypted: {{{PAIR}{more}}}}}\n"


def test_the_defaults(folder: Path) -> None:
    assert load(folder, "{}").dns.encrypted is None
    encrypted = load(folder, configured()).dns.encrypted
    assert encrypted is not None
    assert encrypted.certificate == folder / "server.pem"
    assert encrypted.named() == "lists.example"  # the first in it
    assert encrypted.tls == (Endpoint("0.0.0.0", 853), Endpoint("::", 853))
    assert encrypted.https == (Endpoint("0.0.0.0", 443), Endpoint("::", 443))


def test_what_is_written_holds(folder: Path) -> None:
    more = ', name: DNS.home.example, tls: [], https: ["127.0.0.1:8443"]'
    encrypted = load(folder, configured(more)).dns.encrypted
    assert encrypted is not None
    assert (encrypted.named(), encrypted.tls) == ("dns.home.example", ())
    assert encrypted.https == (Endpoint("127.0.0.1", 8443),)


def test_a_name_may_be_what_a_wildcard_stands_for(folder: Path) -> None:
    encrypted = load(folder, configured(", name: anna.dns.home.example")).dns.encrypted
    assert encrypted is not None
    assert encrypted.named() == "anna.dns.home.example"


@pytest.mark.parametrize(
    "more, said",
    [
        (", tls: [], https: []", "tls and https are both empty; write an address"),
        (', tls: ["127.0.0.1:443"], https: ["127.0.0.1:443"]', "is in dns.encrypted.tls too"),
        (', tls: ["127.0.0.1:8053"]', "127.0.0.1:8053 is in admin.listen too; choose another port"),
        (', https: ["0.0.0.0:53"]', "0.0.0.0:53 is in dns.listen too; choose another port"),
        (', tls: ["0.0.0.0"]', "write 0.0.0.0:53"),
        (', tls: ["[::]:853", "[::]:853"]', "stands here twice"),
        (", name: other.example", "is not for other.example but for lists.example, www.example"),
        (", name: a b", "dns.encrypted.name"),
        (", port: 853", "dns.encrypted.port"),
    ],
)
def test_errors_say_what_to_write(folder: Path, more: str, said: str) -> None:
    (complaint,) = complaints(folder, configured(more))
    assert said in complaint


@pytest.mark.parametrize(
    "certificate, key, said",
    [
        ("none.pem", "server.key", "no file"),
        ("server.pem", "ca.key", "certificate and key cannot be used"),
        ("server.key", "server.pem", "certificate and key cannot be used"),
    ],
)
def test_files_that_are_no_pair_now_stop_no_server(
    folder: Path, certificate: str, key: str, said: str
) -> None:
    config = load(folder, pair(certificate, key))
    (problem,) = config.passing
    assert said in str(problem)
    assert str(problem).startswith(f"{folder}/blocker.yaml:1: dns.encrypted")
    assert config.dns.encrypted is not None
    assert config.dns.encrypted.named() == ""


def pair(certificate: str, key: str, more: str = "") -> str:
    return f"dns: {{encrypted: {{certificate: {certificate}, key: {key}{more}}}}}\n"


def test_a_certificate_must_name_a_domain(folder: Path) -> None:
    (complaint,) = complaints(folder, pair("ca.pem", "ca.key"))
    assert "the certificate names no domain" in complaint


def test_a_certificate_of_the_past_stops_no_server_and_has_its_name(folder: Path) -> None:
    expired(folder)
    config = load(folder, pair("past.pem", "past.key"))
    (problem,) = config.passing
    assert "certificate has expired" in str(problem)
    assert config.dns.encrypted is not None
    assert config.dns.encrypted.named() == "past.example"


def test_with_another_fault_they_are_told_at_once(folder: Path) -> None:
    expired(folder)
    said = "\n".join(complaints(folder, pair("past.pem", "past.key", ", name: other.example")))
    assert "certificate has expired" in said
    assert "is not for other.example but for past.example" in said


def test_a_folder_that_we_may_not_look_into_is_no_fault(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(_: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    def unreadable(*_: object, **__: object) -> NoReturn:
        raise PermissionError(13, "Permission denied")

    encrypted = load(folder, configured()).dns.encrypted
    assert encrypted is not None
    monkeypatch.setattr(Path, "is_file", forbidden)  # root may look anywhere
    monkeypatch.setattr("blocker.config.encrypted.looked_into", unreadable)
    assert not list(certificate_faults(encrypted, read(folder / "blocker.yaml")))
    assert encrypted.named() == ""
