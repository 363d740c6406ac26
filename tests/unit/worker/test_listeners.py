"""All sockets of a worker: what is announced, and the certificate they follow."""

import asyncio
import shutil
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from blocker.link import Encrypted
from blocker.worker.listeners import Listeners, Sockets, load_https
from tests.support.certificates import certificates
from tests.support.encrypted import client
from tests.support.listening import Late, bound, clock, engine, until
from tests.support.packets import query, read
from tests.support.source import ROOT


def given(folder: Path, name: str = "dns.home.example", pair: str = "server") -> Encrypted:
    for kind in ("pem", "key"):
        shutil.copy(certificates() / f"{pair}.{kind}", folder / f"used.{kind}")
    return Encrypted(certificate=str(folder / "used.pem"), key=str(folder / "used.key"), name=name)


def made(behind: Late) -> Listeners:
    sockets = Sockets([], [bound()], [bound()], [bound("127.0.0.2"), bound("127.0.0.3")])
    return Listeners(sockets, behind.engine, behind, clock)


def close(listeners: Listeners) -> None:
    sockets = listeners._sockets
    for sock in (*sockets.tcp, *sockets.tls, *sockets.https):
        sock.close()


def test_what_is_announced_is_what_is_served(tmp_path: Path) -> None:
    behind = Late(engine())
    listeners = made(behind)
    listeners.follow(given(tmp_path))
    dot, *https = (
        each.getsockname() for each in (*listeners._sockets.tls, *listeners._sockets.https)
    )
    records = behind.engine.services
    assert len(records) == 3  # two ports of HTTPS
    assert dot[1].to_bytes(2, "big") in records[0]
    assert b"\x03dot" in records[0]
    for (_, port), record in zip(https, records[1:], strict=True):
        assert port.to_bytes(2, "big") in record
        assert b"/dns-query{?dns}" in record
    listeners.follow(None)
    assert behind.engine.services == ()
    close(listeners)


def test_nothing_is_announced_without_a_certificate(tmp_path: Path) -> None:
    behind = Late(engine())
    listeners = made(behind)
    listeners.follow(Encrypted(certificate="/nowhere", key="/nowhere", name="dns.home.example"))
    assert behind.engine.services == ()
    assert "no connection can be made" in listeners.error
    listeners.follow(given(tmp_path))
    assert (len(behind.engine.services), listeners.error) == (3, "")
    close(listeners)


def test_nothing_is_announced_while_clients_would_not_take_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind = Late(engine())
    listeners = made(behind)
    monkeypatch.setattr("blocker.certificate._now", lambda: 0.0)  # a machine without a clock
    listeners.follow(given(tmp_path))
    assert behind.engine.services == ()
    assert "is not valid before" in listeners.error
    monkeypatch.undo()
    listeners.look(clock() + 60)
    assert (len(behind.engine.services), listeners.error) == (3, "")
    close(listeners)


def test_the_name_is_the_certificates_where_its_maker_could_not_know_it(tmp_path: Path) -> None:
    behind = Late(engine())
    listeners = made(behind)
    pem, key = tmp_path / "used.pem", tmp_path / "used.key"
    listeners.follow(Encrypted(certificate=str(pem), key=str(key), name=""))
    assert behind.engine.services == ()
    given(tmp_path)
    listeners.look(clock() + 60)
    assert b"\x05lists\x07example" in b"".join(behind.engine.services)
    assert {each.name for each in listeners._encrypted} == {"lists.example"}
    close(listeners)


def test_all_answer_and_a_renewed_certificate_is_shown(tmp_path: Path) -> None:
    async def run() -> None:
        behind = Late(engine())
        listeners = made(behind)
        listeners.follow(given(tmp_path))
        await listeners.start()
        over_tls = listeners._encrypted[0]
        async with client(over_tls) as asking:
            asking.send(query("blocked.example"))
            assert read(await asking.receive()).header.rcode == 0
            assert listeners.connections == 1
        given(tmp_path, pair="ca")
        listeners.look(clock() + 60)
        with pytest.raises(ssl.SSLCertVerificationError):
            async with client(over_tls):
                pass
        (tmp_path / "used.key").write_text("not a key")
        listeners.look(clock() + 120)
        assert "the one before stays in use" in listeners.error
        listeners.stop()
        await until(lambda: not listeners.connections)

    asyncio.run(run())


def test_aiohttp_is_loaded_only_to_serve_https() -> None:
    code = (
        "import sys, blocker.worker.listeners as made; before = 'aiohttp' in sys.modules; "
        "made.load_https(); print(before, 'aiohttp' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=30
    )
    assert run.stdout.split() == ["False", "True"], run.stderr
    assert load_https().__name__ == "HttpsListener"
