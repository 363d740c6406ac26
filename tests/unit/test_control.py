"""The socket: found whole or not at all, for its owner, wherever the state folder lies."""

import getpass
import os
import socket
import stat
from pathlib import Path

import pytest

from blocker import control


def test_who_connects_is_known(tmp_path: Path) -> None:
    with (
        control.bind(tmp_path) as listening,
        control.connect(tmp_path, 1) as client,
        listening.accept()[0] as server,
    ):
        client.send(b"hello")
        assert server.recv(10) == b"hello"
        assert control.user_of(server) == getpass.getuser()


def test_a_path_may_be_of_any_length(tmp_path: Path) -> None:
    state = tmp_path.joinpath(*["a-folder-with-a-rather-long-name"] * 6)
    state.mkdir(parents=True)
    assert len(str(control.socket_path(state))) > 200
    with control.bind(state), control.connect(state, 1):
        assert control.socket_path(state).is_socket()


def test_its_owner_alone_may_open_it(tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        with control.bind(tmp_path):
            assert stat.S_IMODE(control.socket_path(tmp_path).stat().st_mode) == 0o600
            assert os.umask(0) == 0
    finally:
        os.umask(mask)


def test_what_a_killed_server_left_is_replaced(tmp_path: Path) -> None:
    control.bind(tmp_path).close()
    with pytest.raises(ConnectionRefusedError):
        control.connect(tmp_path, 1)
    with control.bind(tmp_path), control.connect(tmp_path, 1):
        assert [path.name for path in tmp_path.iterdir()] == [control.NAME]


def test_where_no_server_runs(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        control.connect(tmp_path, 1)
    with pytest.raises(FileNotFoundError):
        control.connect(tmp_path / "nowhere", 1)
    with control.bind(tmp_path):
        control.unbind(tmp_path)
    control.unbind(tmp_path)
    with pytest.raises(FileNotFoundError):
        control.connect(tmp_path, 1)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / control.NAME).mkdir()
    with pytest.raises(OSError, match="directory"):
        control.bind(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [control.NAME]


def test_a_user_without_a_name_has_a_number() -> None:
    assert control.user_name(0) == "root"
    assert control.user_name(3_999_999_999) == "3999999999"
    one, other = socket.socketpair()
    with one, other:
        assert control.user_of(one) == getpass.getuser()
