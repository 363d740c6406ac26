"""The configuration as a whole: its defaults, and its small sections."""

from pathlib import Path

import pytest

from blocker.config import Config, Endpoint
from tests.support.configs import complaints, load


def test_defaults() -> None:
    config = Config()
    assert (config.cache.size, config.cache.min_ttl) == (64 << 20, 0)
    assert (config.cache.max_ttl, config.cache.serve_stale) == (86_400, 86_400)
    assert config.admin.listen == Endpoint("127.0.0.1", 8053)
    assert (config.user, config.lists, config.file) == (None, None, None)


def test_what_is_written_is_taken(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        """
cache: {size: 8MiB, min_ttl: 10s, max_ttl: 1h, serve_stale: 0s}
admin: {listen: "[::1]:8080"}
user: nobody
lists: .
""",
    )
    assert config.cache.model_dump() == {
        "size": 8 << 20,
        "min_ttl": 10,
        "max_ttl": 3600,
        "serve_stale": 0,
    }
    assert config.admin.listen == Endpoint("::1", 8080)
    assert (config.user, config.lists) == ("nobody", tmp_path)
    assert config.file == tmp_path / "blocker.yaml"


@pytest.mark.parametrize(
    "text, said",
    [
        ("cache: {size: 1KiB}", "cache.size: is too small to be of use; write 1MiB or more"),
        ("cache: {min_ttl: 48h}", "cache: min_ttl is above max_ttl; write a smaller min_ttl"),
        ("admin: {listen: 8053}", "admin.listen: 8053 is not an address and port; "),
        ("state: 5", "state: 5 is not a path; "),
        ("user: 5", "user: 5 is not text"),
        ("- dns", "['dns'] is not a mapping"),
    ],
)
def test_faults(tmp_path: Path, text: str, said: str) -> None:
    (complaint,) = complaints(tmp_path, text)
    assert complaint.startswith(f"1: {said}")
