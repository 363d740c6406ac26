"""The state folder by a file that has faults elsewhere."""

from pathlib import Path

import pytest

from blocker.config.load import load_config
from blocker.config.state import state_in, state_of
from blocker.errors import Problems


@pytest.mark.parametrize(
    "text",
    [
        "",
        "state:\n",
        "state: here\n",
        "state: ../there  # comment\n",
        "state: /var/lib/x\n",
        "state: ~/x\n",
    ],
)
def test_it_is_the_one_of_a_file_without_faults(tmp_path: Path, text: str) -> None:
    file = tmp_path / "blocker.yaml"
    file.write_text(text)
    whole = load_config(file).state
    file.write_text(f"bad: 1\n{text}")
    assert state_in(file) == whole
    file.write_text(f"{text}dns: [\n")
    assert state_in(file) == whole


@pytest.mark.parametrize(
    "text", ["state: [1]\n", "state: a\nstate: b\n", "state: [\n", "- state\n"]
)
def test_nothing_is_guessed(tmp_path: Path, text: str) -> None:
    file = tmp_path / "blocker.yaml"
    file.write_text(text)
    assert state_in(file) is None


def test_octets_that_are_no_text_are_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "blocker.yaml"
    file.write_bytes(b"\xef\xbb\xbfstate: here\n# \xff\n")
    assert state_in(file) == tmp_path / "here"


def test_faults_are_told_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "blocker.yaml"
    file.write_text("state: here\n")
    assert state_of(file) == (tmp_path / "here", "")
    file.write_text("state: here\nbad: 1\n")
    state, faults = state_of(file)
    assert state == tmp_path / "here"
    assert faults.startswith(f"{file}:2: bad: unknown key")
    file.write_text("state: [1]\nbad: 1\n")
    with pytest.raises(Problems, match="bad: unknown key"):
        state_of(file)
