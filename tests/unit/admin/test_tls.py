"""The certificate: the newer pair is used, and one that is no pair changes nothing."""

import logging
import shutil
import socket
import ssl
import threading
from pathlib import Path

import pytest

from blocker.admin.tls import Certificate
from tests.support.certificates import certificates


def seen_by_a_client(context: ssl.SSLContext) -> bytes:
    """The certificate that a handshake shows."""
    ours, theirs = socket.socketpair()
    client = ssl.create_default_context()
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE

    def serve() -> None:
        try:
            with context.wrap_socket(theirs, server_side=True) as stream:
                stream.recv(1)
        except OSError:
            theirs.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with ours, client.wrap_socket(ours) as stream:
            shown = stream.getpeercert(binary_form=True)
            stream.send(b"x")
    finally:
        thread.join(5)
    return shown or b""


def put(folder: Path, name: str) -> tuple[str, str]:
    for kind in ("pem", "key"):
        new = folder / f"new.{kind}"
        shutil.copy(certificates() / f"{name}.{kind}", new)
        new.rename(folder / f"used.{kind}")
    return str(folder / "used.pem"), str(folder / "used.key")


def der(name: str) -> bytes:
    return ssl.PEM_cert_to_DER_cert((certificates() / f"{name}.pem").read_text())


def test_what_is_renewed_is_used_from_the_next_connection_on(tmp_path: Path) -> None:
    certificate = Certificate(*put(tmp_path, "server"))
    assert seen_by_a_client(certificate.context) == der("server")
    put(tmp_path, "ca")
    certificate.look()
    assert seen_by_a_client(certificate.context) == der("ca")


def test_half_a_pair_changes_nothing_and_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    certificate = Certificate(*put(tmp_path, "server"))
    shutil.copy(certificates() / "ca.key", tmp_path / "used.key")
    with caplog.at_level(logging.ERROR):
        certificate.look()
        certificate.look()
    (said,) = caplog.messages
    assert "the one before stays in use" in said
    assert seen_by_a_client(certificate.context) == der("server")


def test_without_a_pair_nobody_is_served(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        certificate = Certificate(str(tmp_path / "no.pem"), str(tmp_path / "no.key"))
    assert "no connection can be made" in caplog.text
    with pytest.raises(ssl.SSLError):
        seen_by_a_client(certificate.context)


def test_old_protocols_are_refused(tmp_path: Path) -> None:
    context = Certificate(*put(tmp_path, "server")).context
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
