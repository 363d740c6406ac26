"""The yardstick of the policy is measured too: its lists, its expectations, its reloads."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.benchmarks import bulk, client, compiling, contestants, one_rule, reloads, sample
from tests.benchmarks import servers as resolvers
from tests.benchmarks.contestants import Contestant
from tests.benchmarks.ground import ground
from tests.support.packets import A, question

pytestmark = pytest.mark.alone

COUNT = 2_000


def test_lists_are_the_same_everywhere_and_their_names_apart(tmp_path: Path) -> None:
    listed = list(bulk.names(50_000))
    assert listed[:3] == [
        "babababa7.co.uk",
        "f153f4594eb9.falahopo-edge.net",
        "tracking.gorasizo-metrics.top",
    ]
    assert len(set(listed)) == len(listed)
    assert bulk.write_list(tmp_path / "list", 100).read_text().split() == listed[:100]
    lengths = [len(name) for name in listed]
    assert 18 < sum(lengths) / len(lengths) < 24


def test_what_is_expected_follows_from_the_list(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_text("a.example\nb.a.example\nc.example\n")
    asked = ["a.example", "x.y.a.example", "xa.example", "example", "c.example"]
    assert sample.expected(asked, path) == {
        "a.example": "0.0.0.0",
        "x.y.a.example": "0.0.0.0",
        "xa.example": "192.0.2.1",
        "example": "192.0.2.1",
        "c.example": "0.0.0.0",
    }


def test_a_sample_has_names_on_the_list_and_off_it(tmp_path: Path) -> None:
    path = bulk.write_list(tmp_path / "list", COUNT)
    right = sample.expected(list(sample.asked(1_000, COUNT)), path)
    shares = [list(right.values()).count(each) / len(right) for each in ("0.0.0.0", "192.0.2.1")]
    assert min(shares) > 0.3


@contextmanager
def listener(address: bytes) -> Iterator[int]:
    """Answers every question with one address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))

        def answer() -> None:
            while True:
                packet, peer = sock.recvfrom(4096)
                if len(packet) < 12:
                    return
                head = packet[:2] + b"\x81\x80" + bytes((0, 1, 0, 1, 0, 0, 0, 0))
                record = b"\xc0\x0c" + question(b"", A) + bytes((0, 0, 0, 9, 0, 4)) + address
                sock.sendto(head + packet[12:] + record, peer)

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield sock.getsockname()[1]
        finally:
            with client.connected(sock.getsockname()[1]) as stop:
                stop.send(b"")
            thread.join()


def test_a_wrong_answer_stops_the_sample(tmp_path: Path) -> None:
    path = bulk.write_list(tmp_path / "list", COUNT)
    with (
        listener(bytes((192, 0, 2, 1))) as port,
        pytest.raises(AssertionError, match=r"is answered with 192\.0\.2\.1, not 0\.0\.0\.0"),
    ):
        sample.check(port, path, 200, COUNT)


def test_a_rule_holds_from_the_question_after_the_last_old_answer() -> None:
    poll = one_rule.Poll("a.example", asked=[1.0, 1.1, 1.2, 1.3, 1.4])
    poll.answered = dict(enumerate(["old", "new", "old", "new", "new"]))
    assert poll.held_from("new") == 1.3
    with pytest.raises(RuntimeError, match="is not other"):
        poll.held_from("other")
    poll.answered = dict(enumerate(["new"] * 5))
    with pytest.raises(RuntimeError, match="before the rule"):
        poll.held_from("new")
    del poll.answered[4]
    with pytest.raises(RuntimeError, match="1 questions"):
        poll.held_from("new")


def test_compiling_is_timed_and_weighed(tmp_path: Path) -> None:
    site = resolvers.Site(
        tmp_path, 5300, 8053, 5301, 5302, bulk.write_list(tmp_path / "list", COUNT)
    )
    resolvers.blocker(site)
    done = compiling.compile_anew(tmp_path / "blocker.yaml", tmp_path / "state")
    assert done.seconds > 0.1
    assert done.peak > 2**24
    assert done.ruleset > COUNT
    (tmp_path / "blocker.yaml").write_text(json.dumps({"upstreams": []}))
    with pytest.raises(RuntimeError, match=r"ended with 1:\n.*upstreams"):
        compiling.compile_anew(tmp_path / "blocker.yaml", tmp_path / "state")


@pytest.mark.parametrize(
    "contestant", [contestants.BLOCKER, *contestants.PEERS], ids=lambda each: each.name
)
def test_each_contestant_blocks_its_list_and_reloads_it(
    tmp_path: Path, contestant: Contestant
) -> None:
    with ground(tmp_path / "bench") as stage:
        site = stage.site("it", bulk.write_list(tmp_path / "list", COUNT))
        with stage.started(site, contestant.configure(site), bulk.name(COUNT - 1)) as pid:
            with client.connected(site.port) as sock:
                assert client.ask(sock, "added0.reloaded.example", 7) == "192.0.2.1"
            reloader = reloads.Reloader(contestant, site, pid)
            reloader()
            reloader()
            assert len(reloader.took) == 2
