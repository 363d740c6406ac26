"""What the configuration alone came to."""

from pathlib import Path

import pytest

from blocker.store import read_configured, write_configured
from tests.support.plans import generation


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = generation(rules=[{"action": "block", "text": "a", "list": "f", "line": 1}])
    write_configured(written, tmp_path)
    assert read_configured(tmp_path) == written


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b'{"number": 1}', b"\xff"])
def test_there_may_be_none(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "configured.json").write_bytes(content)
    assert read_configured(tmp_path) is None
