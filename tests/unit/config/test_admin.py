"""`admin:` and what must be written before others can reach it."""

import ssl
import subprocess
from pathlib import Path

import pytest

from blocker.certificate import read_certificate
from blocker.config import Endpoint
from tests.support.certificates import certificates
from tests.support.configs import complaints, load


def test_without_a_word_it_is_for_this_machine_alone(tmp_path: Path) -> None:
    admin = load(tmp_path, "").admin
    assert (admin.listen, admin.tls, admin.hosts) == (Endpoint("127.0.0.1", 8053), None, ())
    assert (admin.tokens_in_clear, admin.metrics.devices, admin.is_local) == ("off", "off", True)


@pytest.mark.parametrize("listen", ["127.0.0.9:80", "[::1]:8053"])
def test_loopback_needs_nothing(tmp_path: Path, listen: str) -> None:
    assert load(tmp_path, f"admin: {{listen: '{listen}'}}").admin.is_local


@pytest.mark.parametrize("listen", ["0.0.0.0:8053", "[::]:8053", "192.168.1.2:8053"])
def test_others_are_reached_encrypted_or_not_at_all(tmp_path: Path, listen: str) -> None:
    text = f"dns:\nadmin:\n  listen: '{listen}'\n"
    (complaint,) = complaints(tmp_path, text)
    assert complaint.startswith(f"3: admin.listen: {listen} can be reached by others")
    assert "tls: {certificate: FILE, key: FILE}" in complaint
    assert "tokens_in_clear: on" in complaint
    assert load(tmp_path, f"{text}  tokens_in_clear: on\n").admin.tls is None


def test_files_count_from_the_folder_of_the_file(tmp_path: Path) -> None:
    for name in ("server.pem", "server.key"):
        (tmp_path / name).write_bytes((certificates() / name).read_bytes())
    text = "admin: {listen: '0.0.0.0:8053', tls: {certificate: server.pem, key: server.key}}"
    tls = load(tmp_path, text).admin.tls
    assert tls
    assert (tls.certificate, tls.key) == (tmp_path / "server.pem", tmp_path / "server.key")


@pytest.mark.parametrize(
    "certificate, key, said",
    [
        ("none.pem", "server.key", "admin.tls.certificate: no file"),
        ("server.pem", "none.key", "admin.tls.key: no file"),
        ("server.pem", "ca.key", "admin.tls: certificate and key cannot be used"),
        ("server.key", "server.pem", "admin.tls: certificate and key cannot be used"),
    ],
)
def test_files_that_are_not_a_pair(tmp_path: Path, certificate: str, key: str, said: str) -> None:
    folder = certificates()
    tls = f"{{certificate: '{folder / certificate}', key: '{folder / key}'}}"
    (complaint,) = complaints(tmp_path, f"admin:\n  tls: {tls}\n")
    assert complaint.startswith(f"2: {said}")


@pytest.mark.parametrize(
    "text, said",
    [
        ("tokens_in_clear: true", "admin.tokens_in_clear: true is not a switch; write on"),
        ("metrics: {devices: yes}", "admin.metrics.devices: "),
        ("hosts: ['a b']", "admin.hosts[1]: "),
        ("tls: {certificate: x.pem}", "admin.tls"),
        ("cors: on", "admin.cors"),
    ],
)
def test_faults(tmp_path: Path, text: str, said: str) -> None:
    (complaint,) = complaints(tmp_path, f"admin: {{{text}}}")
    assert said in complaint


def test_names_are_folded(tmp_path: Path) -> None:
    hosts = load(tmp_path, "admin: {hosts: [Blocker.Home.Arpa., ui.lan]}").admin.hosts
    assert hosts == ("blocker.home.arpa", "ui.lan")


def test_a_key_with_a_passphrase_is_told_and_not_asked_for(tmp_path: Path) -> None:
    key, locked = certificates() / "server.key", tmp_path / "locked.key"
    command = f"openssl pkey -in {key} -out {locked} -aes256 -passout pass:secret"
    subprocess.run(command.split(), check=True, capture_output=True, timeout=20)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with pytest.raises(ValueError, match="the key has a passphrase"):
        read_certificate(context, certificates() / "server.pem", locked)
