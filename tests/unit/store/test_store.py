"""The supervisor reads the store before it forks: it must cost the workers nothing."""

import subprocess
import sys

from tests.support.source import ROOT


def test_it_loads_no_library() -> None:
    code = "import sys, blocker.store; print(*{name.split('.')[0] for name in sys.modules})"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=30
    )
    loaded = set(run.stdout.split())
    assert "blocker" in loaded
    assert not loaded & {"pydantic", "aiohttp", "yaml", "dnslib", "marisa_trie", "typer", "rich"}
