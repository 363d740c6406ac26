"""Groups on the wire: each source address of loopback is a client, and a phone has a network."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dnslib import DNSRecord

from tests.support.blocker import BLOCKED, Blocker, blocker
from tests.support.network import HOME_IPV4, HOME_IPV6, Phone, in_own_network
from tests.support.packets import query
from tests.support.ports import free_port
from tests.support.upstream import ScriptedUpstream

KID, TV, NEIGHBOUR, STRANGER = "127.0.0.10", "127.0.0.20", "127.0.0.21", "127.0.0.99"
ANSWERED = "192.0.2.80"  # by the scripted upstream
MAC = "02:00:5e:10:00:01"

GROUPS = f"""
rules: {{block: [all.example]}}
groups:
  - name: kids
    clients: [{KID}]
    blocking: {{answer: {{ipv4: 192.0.2.7, ipv6: "::"}}}}
    rules: {{block: [games.example], allow: [all.example]}}
  - name: tv
    clients: [127.0.0.20/30]
    blocking: {{answer: nxdomain, vendors: {{xiaomi: off}}}}
"""


def reply(server: Blocker, client: str, name: str) -> DNSRecord:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(2)
        sock.bind((client, 0))
        sock.connect(("127.0.0.1", server.port))
        sock.send(query(name))
        return DNSRecord.parse(sock.recv(4096))


def address(server: Blocker, client: str, name: str) -> str:
    """The first address in the answer; without one, the response code."""
    answer = reply(server, client, name)
    return str(answer.rr[0].rdata) if answer.rr else f"rcode {answer.header.rcode}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blocker]:
    """One for all whose groups come with a reload."""
    folder = tmp_path_factory.mktemp("groups")
    with (
        ScriptedUpstream() as upstream,
        blocker(folder, upstreams=[upstream.url], extra=GROUPS, workers=2) as running,
    ):
        running.wait_until_ready()
        yield running


def reload(server: Blocker, extra: str) -> None:
    before = server.config.read_text()
    server.configure(extra)
    if server.config.read_text() == before:
        return
    done = server.http("POST", "reload", token=server.token())
    assert done.status == 200, done.body


def test_each_group_has_its_rules_vendors_and_answer(server: Blocker) -> None:
    reload(server, GROUPS)
    names = (BLOCKED, "games.example", "all.example")
    seen = {
        client: [address(server, client, name) for name in names]
        for client in (KID, TV, NEIGHBOUR, STRANGER)
    }
    assert seen == {
        KID: ["192.0.2.7", "192.0.2.7", ANSWERED],
        TV: [ANSWERED, ANSWERED, "rcode 3"],
        NEIGHBOUR: [ANSWERED, ANSWERED, "rcode 3"],
        STRANGER: ["0.0.0.0", ANSWERED, "0.0.0.0"],
    }
    # What one group has been answered is no answer for another, also when it is at hand.
    assert seen == {
        client: [address(server, client, name) for name in names]
        for client in (STRANGER, NEIGHBOUR, TV, KID)
    }


def test_a_reload_moves_clients_between_groups(server: Blocker) -> None:
    reload(server, GROUPS)
    assert address(server, TV, "games.example") == ANSWERED
    reload(server, GROUPS.replace(f"[{KID}]", f"[{KID}, {TV}]"))
    assert address(server, TV, "games.example") == "192.0.2.7"
    assert address(server, NEIGHBOUR, "games.example") == ANSWERED
    reload(server, "")
    assert address(server, TV, "games.example") == ANSWERED
    assert address(server, KID, BLOCKED) == "0.0.0.0"


def test_a_group_may_have_upstreams_of_its_own(tmp_path: Path) -> None:
    with ScriptedUpstream() as common, ScriptedUpstream() as own:
        own.on("only.example", "alias:elsewhere.example")
        group = f"groups: [{{name: kids, clients: [{KID}], upstreams: ['{own.url}']}}]\n"
        with blocker(tmp_path, upstreams=[common.url], extra=group) as server:
            for _ in range(2):
                assert address(server, STRANGER, "only.example") == ANSWERED
                assert address(server, KID, "only.example") == "elsewhere.example."
        assert len(common.asked("only.example")) == 1
        assert len(own.asked("only.example")) == 1


def hours(since: int, until: int) -> str:
    now = datetime.now(UTC)
    begin, end = (now + timedelta(hours=n) for n in (since, until))
    return f"[{{from: '{begin:%H:%M}', to: '{end:%H:%M}', timezone: UTC}}]"


def test_outside_its_hours_a_group_is_as_if_it_were_not_there(server: Blocker) -> None:
    def night(schedule: str) -> str:
        return (
            f"{GROUPS}  - {{name: night, clients: [{KID}], schedule: {schedule},\n"
            "     rules: {block: [chat.example]}}\n"
        )

    reload(server, night(hours(2, 4)))
    assert address(server, KID, "chat.example") == ANSWERED
    assert address(server, KID, "games.example") == "192.0.2.7"
    reload(server, night(hours(-2, 2)))
    assert address(server, KID, "chat.example") == "0.0.0.0"
    assert address(server, KID, "games.example") == ANSWERED


@in_own_network
def test_a_phone_keeps_its_group_whatever_its_address(tmp_path: Path) -> None:
    group = f"groups: [{{name: phones, clients: ['{MAC}'], rules: {{block: [games.example]}}}}]\n"
    with ScriptedUpstream() as upstream, Phone(MAC) as phone:
        server = Blocker(tmp_path, [upstream.url], group, 1, everywhere=free_port())

        def phones_answer(host: str) -> str:
            asked = f"dig +short +tries=1 +time=2 -p {server.port} @{host} games.example"
            return phone.run(asked).strip()

        try:
            server.start()
            for number in (2, 77):
                phone.move_to(f"10.99.0.{number}/24", f"fd99::{number}/64")
                for host in (HOME_IPV4, HOME_IPV6):
                    server.wait_until(lambda host=host: phones_answer(host) == "0.0.0.0")
            assert server.address("games.example") == ANSWERED
            # Another device takes over the address that the phone had: within seconds it is known.
            phone.run("ip link set phone address 02:00:5e:10:00:02")
            server.wait_until(lambda: phones_answer(HOME_IPV4) == ANSWERED, seconds=10)
        finally:
            server.kill_all()
