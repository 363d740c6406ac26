"""TLS without sockets, against the ssl module as the server."""

import ssl

import pytest

from blocker.upstream.channel import TlsChannel
from blocker.upstream.endpoint import Unusable, reason_of
from tests.support.certificates import certificates, tls_server

NAME = "lists.example"


class Server:
    """The other end: what it was told, decrypted."""

    def __init__(self, certificate: str = "server") -> None:
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = tls_server(certificate)
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=True)

    def hear(self, octets: bytes) -> None:
        self.incoming.write(octets)

    def shake(self) -> None:
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            return


def channel(fault: str = "", session: ssl.SSLSession | None = None) -> TlsChannel:
    context = ssl.create_default_context(cafile=str(certificates() / "ca.pem"))
    return TlsChannel(context, NAME, lambda connected: fault, session)


def shaken(client: TlsChannel, server: Server) -> None:
    for _ in range(3):
        server.hear(client.due())
        server.shake()
        if octets := server.outgoing.read():
            client.receive(octets)


def test_nothing_is_ready_before_the_peer_has_proved_who_it_is() -> None:
    client, server = channel(), Server()
    assert client.due()  # a hello
    assert not client.ready
    client = channel()
    shaken(client, server)
    assert client.ready
    client.seal(b"question")
    sealed = client.due()
    assert b"question" not in sealed
    server.hear(sealed)
    assert server.tls.read(100) == b"question"


def test_messages_come_whole_however_their_records_are_cut() -> None:
    client, server = channel(), Server()
    shaken(client, server)
    server.tls.write(b"one")
    server.tls.write(b"two")
    records = server.outgoing.read()
    said = [client.receive(records[at : at + 1]) for at in range(len(records))]
    assert b"".join(said) == b"onetwo"
    assert not client.ended


def test_more_than_a_record_holds_goes_out_in_several() -> None:
    client, server = channel(), Server()
    shaken(client, server)
    client.seal(bytes(40_000))
    server.hear(client.due())
    assert sum(len(server.tls.read(65_536)) for _ in range(3)) == 40_000


def test_the_last_word_is_noticed() -> None:
    client, server = channel(), Server()
    shaken(client, server)
    server.tls.write(b"bye")
    with pytest.raises(ssl.SSLWantReadError):
        server.tls.unwrap()
    assert client.receive(server.outgoing.read()) == b"bye"
    assert client.ended


def test_an_authority_nobody_knows_is_an_error_that_the_peer_is_told_of() -> None:
    client, server = channel(), Server("selfsigned")
    with pytest.raises(ssl.SSLCertVerificationError):
        shaken(client, server)
    assert client.due()  # an alert
    assert not client.ready


def test_the_wrong_peer_has_its_reason() -> None:
    client, server = channel("not the key that is pinned"), Server()
    with pytest.raises(Unusable) as caught:
        shaken(client, server)
    assert reason_of(caught.value) == "tls: not the key that is pinned"
    assert not client.ready
