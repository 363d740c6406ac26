"""tls:// as a client of the resolver sees it: who answers is checked, and nothing goes in clear."""

import base64
import socket
import ssl
import subprocess
from collections.abc import Iterator

import pytest

from blocker.upstream import tls
from blocker.upstream.channel import TlsChannel
from blocker.upstream.stream import StreamUpstream
from tests.support.asking import Bench, run
from tests.support.certificates import certificates, pin, tls_server
from tests.support.network import in_own_network
from tests.support.steps import saying
from tests.support.tlsfront import TlsFront
from tests.support.upstream import ScriptedUpstream

NAME = "lists.example"


@pytest.fixture(autouse=True)
def trusted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates() / "ca.pem"))
    tls.client_context.cache_clear()
    yield
    tls.client_context.cache_clear()


def test_questions_share_one_connection_and_are_padded() -> None:
    with ScriptedUpstream() as upstream, TlsFront(upstream.port) as front:
        names = [f"n{number}.example" for number in range(20)]
        for number, name in enumerate(names):
            upstream.on_tcp(name, f"delay:{0.2 - number * 0.01}")

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("first.example")).answers == 1
            got = await bench.ask_all(names)
            assert {one.answers for one in got} == {1}

        run([front.url(NAME)], scenario)
        assert front.versions == ["TLSv1.3"]
        assert {one.transport for one in upstream.log} == {"tcp"}
        assert front.lengths[0] == 2 + 128
        assert {length % (2 + 128) for length in front.lengths} == {0}


def test_its_word_for_an_answer_counts() -> None:
    # AD; in clear text anyone on the way could set it.
    with ScriptedUpstream() as upstream, TlsFront(upstream.port) as front:
        upstream.on_both("a.example", saying("a.example. 60 IN A 192.0.2.7", flags={"ad": 1}))
        told = []

        async def scenario(bench: Bench) -> None:
            told.append((await bench.ask("a.example", do=True)).packet[3] & 0x20)

        for url in (front.url(NAME), upstream.tcp_url, upstream.url):
            run([url], scenario)
        assert told == [0x20, 0, 0]
        assert {asked.packet[3] & 0x20 for asked in upstream.log} == {0x20}  # we ask to be told


@pytest.mark.parametrize("identity", ["wrong.example", "127.0.0.9"])
def test_another_name_is_another_server(identity: str) -> None:
    with ScriptedUpstream() as upstream, TlsFront(upstream.port) as front:

        async def scenario(bench: Bench) -> None:
            got = await bench.ask("a.example")
            assert got.rcode == 2
            assert got.ede is not None
            assert "tls:" in got.ede[1]
            assert "mismatch" in got.ede[1] or "not valid for" in got.ede[1]

        run([front.url(identity)], scenario)
        assert upstream.log == []  # not a word, encrypted or not


def test_nobody_vouches_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with ScriptedUpstream() as upstream, TlsFront(upstream.port) as front:

        async def scenario(bench: Bench) -> None:
            got = await bench.ask("a.example")
            assert got.rcode == 2
            assert got.ede is not None
            assert "unable to get local issuer certificate" in got.ede[1]

        run([front.url(NAME)], scenario)
        assert upstream.log == []


@pytest.mark.parametrize(
    "certificate,complaint",
    [("expired", "certificate has expired"), ("selfsigned", "self-signed certificate")],
)
def test_a_certificate_that_proves_nothing(certificate: str, complaint: str) -> None:
    bad = tls_server(certificate)
    with ScriptedUpstream() as upstream, TlsFront(upstream.port, bad) as front:

        async def scenario(bench: Bench) -> None:
            got = await bench.ask("a.example")
            assert got.rcode == 2
            assert got.ede is not None
            assert complaint in got.ede[1]

        run([front.url(NAME)], scenario)
        assert upstream.log == []


def test_a_pinned_key_needs_no_authority(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    other = base64.b64encode(bytes(32)).decode()
    with ScriptedUpstream() as upstream, TlsFront(upstream.port) as front:

        async def trusting(bench: Bench) -> None:
            assert (await bench.ask("a.example")).answers == 1

        run([front.url(f"pin-sha256:{pin()}")], trusting)
        run([front.url(f"pin-sha256:{other},pin-sha256:{pin()}")], trusting)
        upstream.log.clear()

        async def doubting(bench: Bench) -> None:
            got = await bench.ask("a.example")
            assert got.rcode == 2
            assert got.ede is not None
            assert "not the key that is pinned" in got.ede[1]

        run([front.url(f"pin-sha256:{other}")], doubting)
        assert upstream.log == []


def test_a_server_without_tls_hears_no_question() -> None:
    with ScriptedUpstream() as upstream:

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("a.example")).rcode == 2

        run([f"tls://127.0.0.1:{upstream.port}#{NAME}"], scenario)
        assert upstream.log == []


def test_versions_before_1_2_are_refused() -> None:
    old = tls_server()
    with pytest.warns(DeprecationWarning, match="TLSv1_1 is deprecated"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.warns(DeprecationWarning, match="TLSv1 is deprecated"):
        old.minimum_version = ssl.TLSVersion.TLSv1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with ScriptedUpstream() as upstream, TlsFront(upstream.port, old) as front:

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("a.example")).rcode == 2

        run([front.url(NAME)], scenario)
        assert front.versions == []


def test_a_connection_closed_while_idle_is_opened_again_unseen() -> None:
    with ScriptedUpstream() as upstream, TlsFront(upstream.port) as front:
        upstream.on_tcp("b.example", "close", "answer")

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("a.example")).answers == 1
            assert (await bench.ask("b.example")).answers == 1
            assert not bench.forwarder.upstreams[0].tally.errors

        run([front.url(NAME)], scenario)
        assert len(front.versions) == 2


def test_a_peer_gone_without_a_word_is_asked_on_a_new_connection() -> None:
    with ScriptedUpstream() as upstream, TlsFront(upstream.port) as front:
        upstream.on_tcp("b.example", "mute", "answer")

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("a.example")).answers == 1
            got = await bench.ask("b.example")
            assert got.answers == 1
            assert got.seconds < 2

        run([front.url(NAME)], scenario)
        assert len(front.versions) == 2


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("pinned", [False, True])
def test_later_connections_take_up_the_session_of_the_first(
    version: ssl.TLSVersion, pinned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = []
    session = TlsChannel.session

    def look(channel: TlsChannel) -> ssl.SSLSession | None:
        looks.append(channel)
        found: ssl.SSLSession | None = session.__get__(channel)
        return found

    monkeypatch.setattr(TlsChannel, "session", property(look))
    identity = f"pin-sha256:{pin()}" if pinned else NAME
    context = tls_server()
    context.minimum_version = context.maximum_version = version
    with ScriptedUpstream() as upstream, TlsFront(upstream.port, context) as front:
        for name in ("b.example", "c.example", "d.example"):
            upstream.on_tcp(name, "close", "answer")

        async def scenario(bench: Bench) -> None:
            for name in ("a.example", "b.example", "c.example", "d.example"):
                assert (await bench.ask(name)).answers == 1

        run([front.url(identity)], scenario)
        assert front.resumed == [False, True, True, True]
        assert len(looks) == 1


@in_own_network
def test_a_connection_that_the_way_has_forgotten_is_left_at_once() -> None:
    """As a router does that has lost its table: what belongs to the connection goes nowhere."""
    with ScriptedUpstream() as upstream, TlsFront(upstream.port) as front:

        async def scenario(bench: Bench) -> None:
            assert (await bench.ask("a.example")).answers == 1
            (one,) = bench.forwarder.upstreams
            assert isinstance(one, StreamUpstream)
            assert one._stream._connection is not None
            transport = one._stream._connection._transport
            assert transport is not None
            _, port = transport.get_extra_info("sockname")
            _forget(port)
            got = await bench.ask("b.example")
            assert got.answers == 1
            assert got.seconds < 2
            assert [one.name for one in upstream.log] == ["a.example", "b.example"]

        run([front.url(NAME)], scenario)
        assert len(front.versions) == 2


def _forget(port: int) -> None:
    rules = f"""table inet way {{
        chain in {{
            type filter hook input priority 0
            tcp sport {port} drop
            tcp dport {port} drop
        }}
    }}"""
    subprocess.run(["nft", "-f", "-"], input=rules, text=True, check=True, timeout=10)


def test_one_that_does_not_finish_its_handshake_costs_one_time_out() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as deaf,
        ScriptedUpstream() as upstream,
        TlsFront(upstream.port) as front,
    ):

        async def scenario(bench: Bench) -> None:
            got = await bench.ask("a.example")
            assert got.answers == 1
            assert got.seconds < 2
            first = bench.forwarder.upstreams[0]
            assert first.tally.errors == {"timeout": 1}

        run([f"tls://127.0.0.1:{deaf.getsockname()[1]}#{NAME}", front.url(NAME)], scenario)


@pytest.mark.parametrize("identity", ["pin-sha256:x", "pin-sha256:AAAA", "pin-sha256:"])
def test_what_is_no_pin(identity: str) -> None:
    with pytest.raises(ValueError, match="is no pin"):
        tls.secured_by(identity)
