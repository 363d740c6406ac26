"""What crosses between processes: whole or not at all, and never in anyone's way."""

import json
import os
import signal
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from blocker.link import (
    LIMIT,
    Generation,
    Link,
    Tally,
    decode_notice,
    encode_notice,
    generation_path,
    link_pair,
    write_atomically,
)

GENERATION = Generation(
    number=7,
    ruleset="/var/lib/blocker/rulesets/abc",
    groups=[
        {
            "name": "default",
            "clients": [],
            "schedule": [{"days": [0, 6], "from_": 60, "to": 120, "zone": "Europe/Prague"}],
            "blocking": {
                "answer": {"ipv4": "192.0.2.1", "ipv6": "2001:db8::1"},
                "ttl": 30,
                "max_breakage": "minor",
                "vendors": {"xiaomi": {"state": "shadow", "purposes": None, "max_breakage": None}},
                "purposes": {"push": "on"},
                "lists": {"oisd": "shadow"},
            },
            "upstreams": [],
        }
    ],
    rules=[{"action": "block", "text": "=example.org", "list": "blocker.yaml", "line": 3}],
    records=[{"name": "nas.lan", "type": 1, "ttl": 60, "rdata": "c0000201", "list": "", "line": 0}],
    upstreams=[{"url": "udp://192.0.2.53"}],
    allow_from=["198.51.100.0/24"],
    cache={"size": 1 << 20, "min_ttl": 0, "max_ttl": 86400, "serve_stale": 86400},
    paused_until=1700000000.5,
)


def test_a_generation_is_read_as_it_was_written(tmp_path: Path) -> None:
    GENERATION.write(tmp_path)
    assert Generation.read(tmp_path) == GENERATION


def test_no_generation_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Generation.read(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{", b'{"number": 1}', b'{"unknown": 1}'])
def test_a_generation_that_cannot_be_used_is_a_value_error(tmp_path: Path, content: bytes) -> None:
    generation_path(tmp_path).write_bytes(content)
    with pytest.raises(ValueError, match=r".+"):
        Generation.read(tmp_path)


def test_nothing_but_the_file_is_left_behind(tmp_path: Path) -> None:
    GENERATION.write(tmp_path)
    replace(GENERATION, number=8).write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["generation.json"]


def test_what_cannot_be_put_in_place_leaves_no_temporary_file(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="taken"):
        write_atomically(tmp_path / "taken", b"text")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_a_writer_killed_at_any_moment_leaves_old_or_new(tmp_path: Path) -> None:
    GENERATION.write(tmp_path)
    for _ in range(20):
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.write(writer, b".")
            number = 8
            while True:
                replace(GENERATION, number=number).write(tmp_path)
                number += 1
        os.read(reader, 1)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reader)
        os.close(writer)
        assert replace(Generation.read(tmp_path), number=7) == GENERATION


def test_a_tally_is_read_as_it_was_written() -> None:
    tally = Tally(worker=1, pid=42, generation=7, queries={"udp": {"blocked": 3}})
    assert Tally.decode(tally.encode()) == tally
    assert json.loads(tally.encode()) == asdict(tally)


def test_a_tally_of_another_release_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="unexpected"):
        Tally.decode(b'{"worker": 0, "pid": 1, "generation": 1, "unexpected": 2}')


def test_messages_arrive_whole_and_in_order() -> None:
    worker, admin = link_pair()
    with worker, admin:
        assert Link(admin).send(encode_notice(7))
        assert Link(admin).send(encode_notice(8))
        assert [decode_notice(message) for message in Link(worker).receive()] == [7, 8]
        assert list(Link(worker).receive()) == []


def test_a_full_queue_drops_and_counts_and_never_blocks() -> None:
    worker, admin = link_pair()
    with worker, admin:
        link = Link(worker)
        sent = sum(link.send(bytes(LIMIT)) for _ in range(100))
        assert 0 < sent < 100
        assert link.dropped == 100 - sent
        assert len(list(Link(admin).receive())) == sent
        assert link.send(b"again")


def test_a_message_over_the_limit_is_dropped() -> None:
    worker, admin = link_pair()
    with worker, admin:
        link = Link(worker)
        assert not link.send(bytes(LIMIT + 1))
        assert link.dropped == 1
        assert list(Link(admin).receive()) == []


def test_an_end_that_is_gone_ends_the_reading() -> None:
    worker, admin = link_pair()
    with admin:
        worker.close()
        assert list(Link(admin).receive()) == []
        link = Link(admin)
        assert not link.send(b"to nobody")
        assert link.dropped == 1


def test_one_side_can_be_replaced_while_the_other_goes_on() -> None:
    """As the supervisor does: it holds both ends, and a child gets a copy by fork()."""
    worker, admin = link_pair()
    with worker, admin:
        for number in (1, 2):
            child = os.fork()
            if child == 0:
                Link(worker).send(Tally(worker=0, pid=number, generation=1).encode())
                os.kill(os.getpid(), signal.SIGKILL)
            os.waitpid(child, 0)
        pids = [Tally.decode(message).pid for message in Link(admin).receive()]
        assert pids == [1, 2]
