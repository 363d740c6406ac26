"""The certificate: the newer pair is used, and one that is no pair changes nothing."""

import logging
import shutil
import socket
import ssl
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from blocker.certificate import Certificate, looked_into, read_certificate
from tests.support.certificates import certificates, expired


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
    certificate = Certificate(*put(tmp_path, "server"), ["dot"])
    assert seen_by_a_client(certificate.contexts[0]) == der("server")
    put(tmp_path, "ca")
    certificate.look()
    assert seen_by_a_client(certificate.contexts[0]) == der("ca")


def test_half_a_pair_changes_nothing_and_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    certificate = Certificate(*put(tmp_path, "server"), ["dot"])
    shutil.copy(certificates() / "ca.key", tmp_path / "used.key")
    with caplog.at_level(logging.ERROR):
        certificate.look()
        certificate.look()
    (said,) = caplog.messages
    assert "the one before stays in use" in said
    assert seen_by_a_client(certificate.contexts[0]) == der("server")


def test_without_a_pair_nobody_is_served(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        certificate = Certificate(str(tmp_path / "no.pem"), str(tmp_path / "no.key"), ["dot"])
    assert "no connection can be made" in caplog.text
    with pytest.raises(ssl.SSLError):
        seen_by_a_client(certificate.contexts[0])


def test_old_protocols_are_refused(tmp_path: Path) -> None:
    context = Certificate(*put(tmp_path, "server"), ["dot"]).contexts[0]
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_every_context_has_the_pair_and_its_own_protocols(tmp_path: Path) -> None:
    certificate = Certificate(*put(tmp_path, "server"), ["dot"], ["h2", "http/1.1"])
    assert [seen_by_a_client(each) for each in certificate.contexts] == [der("server")] * 2
    put(tmp_path, "ca")
    certificate.look()
    assert [seen_by_a_client(each) for each in certificate.contexts] == [der("ca")] * 2


def test_other_files_are_taken_when_they_are_named(tmp_path: Path) -> None:
    certificate = Certificate(*put(tmp_path, "server"), ["dot"])
    certificate.name_files(str(certificates() / "ca.pem"), str(certificates() / "ca.key"))
    assert seen_by_a_client(certificate.contexts[0]) == der("ca")


def test_what_it_is_for_is_told() -> None:
    shown = looked_into(certificates() / "server.pem", certificates() / "server.key")
    assert "dns.home.example" in shown.names
    assert "127.0.0.1" in shown.addresses
    assert shown.is_for("www.example")
    assert shown.is_for("anna.dns.home.example")
    assert not shown.is_for("a.anna.dns.home.example")
    assert not shown.is_for("home.example")


def test_an_expired_one_is_told_of(tmp_path: Path) -> None:
    pem, key = expired(tmp_path)
    with pytest.raises(ValueError, match="expired"):
        looked_into(pem, key)
    shown = looked_into(pem, key, whenever=True)
    assert shown.own_names == ["past.example"]
    assert shown.untimely(JANUARY) == ""


JANUARY = datetime(2020, 1, 15, tzinfo=UTC).timestamp()
DAY = 86_400


def test_its_time_comes_and_goes_by_the_clock(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the clock is right only once names resolve."""
    now = JANUARY - 30 * DAY
    monkeypatch.setattr("blocker.certificate._now", lambda: now)
    caplog.set_level(logging.INFO)
    certificate = Certificate(*map(str, expired(tmp_path)), ["dot"])
    assert (certificate.usable, certificate.in_force) == (True, False)
    assert "is not valid before 2020-01-01 00:00 UTC by this machine's clock" in certificate.error
    now = JANUARY
    certificate.look()
    assert (certificate.in_force, certificate.error) == (True, "")
    assert caplog.messages[-1].endswith("past.pem is valid now")
    now = JANUARY + 30 * DAY
    said = len(caplog.messages)
    certificate.look()
    certificate.look()
    assert (certificate.usable, certificate.in_force) == (True, False)
    assert "has expired on 2020-02-01 00:00 UTC; clients that verify it" in certificate.error
    assert caplog.messages[said:] == [certificate.error]
    assert seen_by_a_client(certificate.contexts[0])  # who does not verify is served


def test_files_that_come_or_may_be_read_later_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem, key = put(tmp_path, "server")
    may_read, reading = False, read_certificate

    def reads(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
        if not may_read:  # root may read everything
            raise PermissionError(13, "Permission denied")
        reading(context, certificate, key)

    monkeypatch.setattr("blocker.certificate.read_certificate", reads)
    certificate = Certificate(pem, key, ["dot"])
    assert (certificate.usable, certificate.in_force) == (False, False)
    assert "Permission denied" in certificate.error
    may_read = True
    Path(key).chmod(0o640)
    certificate.look()
    assert (certificate.in_force, certificate.error) == (True, "")
