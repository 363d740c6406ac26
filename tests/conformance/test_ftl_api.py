"""Pi-hole FTL's cases of its API, as far as they mean something for ours, which has tokens and no
sessions: who may ask, what an error looks like, and what lies on the disk.
"""

import stat
from collections.abc import Iterator

import pytest

from tests.support.blocker import Blocker, blocker


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blocker]:
    with blocker(tmp_path_factory.mktemp("api")) as running:
        running.wait_until_ready()
        yield running


def test_f133_an_unknown_path_is_an_error_in_json(server: Blocker) -> None:
    said = server.http("GET", "undefined", token=server.token())
    assert (said.status, said.json["status"]) == (404, 404)
    assert said.headers["Content-Type"].startswith("application/problem+json")


def test_f135_a_wrong_secret_is_rejected(server: Blocker) -> None:
    assert server.http("GET", "status", token="XXX").status == 401
    assert server.http("GET", "status").status == 401


def test_f136_the_right_one_is_accepted(server: Blocker) -> None:
    assert server.http("GET", "status", token=server.token("read")).status == 200


def test_f137_no_secret_is_ever_told_again(server: Blocker) -> None:
    token = server.token()
    assert token not in server.http("GET", "status", token=token).body.decode()
    assert not any(token.encode() in file.read_bytes() for file in server.state.glob("*.json"))


def test_f145_strangers_cannot_read_what_is_secret(server: Blocker) -> None:
    server.token()
    files = [
        *server.state.glob("*token*"),
        *server.state.glob("*.sqlite*"),
        *server.state.glob("*.db"),
    ]
    assert files
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) & 0o137 == 0, file
