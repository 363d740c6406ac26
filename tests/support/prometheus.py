"""A real Prometheus that scrapes what it is told to, and is asked over its API.

with prometheus(folder, port_of_metrics) as asked:
    asked.value('up{job="blocker"}')
"""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

from tests.support.ports import free_port

CONFIG = """
global: {{scrape_interval: {interval}, evaluation_interval: {interval}}}
rule_files: {rules}
scrape_configs:
  - job_name: blocker
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""


def program(name: str) -> str:
    path = shutil.which(name)
    assert path is not None, f"install {name} (Debian: prometheus)"
    return path


class Prometheus:
    """One that runs."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(self, what: str, **asked: Any) -> Any:
        """The `data` of an answer; AssertionError with its reason when it is none."""
        url = f"http://127.0.0.1:{self.port}/api/v1/{what}?{urlencode(asked)}"
        try:
            with urlopen(url, timeout=10) as response:
                return json.load(response)["data"]
        except HTTPError as error:
            if error.code == HTTPStatus.SERVICE_UNAVAILABLE:
                raise  # it has yet to begin, which is no answer to the question
            raise AssertionError(f"{asked}: {error.read().decode()}") from None

    def query(self, expression: str) -> list[Any]:
        """The series it comes to, now."""
        result = self.ask("query", query=expression)["result"]
        return result if isinstance(result, list) else [result]

    def value(self, expression: str) -> float | None:
        """Of the first series; None when there is none, or Prometheus has yet to begin."""
        try:
            result = self.query(expression)
        except OSError:
            return None
        return float(result[0]["value"][1]) if result else None

    def wait_for(self, expression: str, least: float, seconds: float = 5) -> None:
        until = time.monotonic() + seconds
        while (found := self.value(expression)) is None or found < least:
            assert time.monotonic() < until, f"{expression} is {found}, not {least}"
            time.sleep(0.1)


@contextmanager
def prometheus(
    folder: Path, port: int, *, rules: Sequence[Path] = (), interval: str = "500ms"
) -> Iterator[Prometheus]:
    """Scrapes the metrics on that port."""
    own = free_port()
    config = folder / "prometheus.yml"
    paths = json.dumps([str(path.resolve()) for path in rules])
    config.write_text(CONFIG.format(port=port, rules=paths, interval=interval))
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(
            [
                program("prometheus"),
                f"--config.file={config}",
                f"--storage.tsdb.path={folder}/tsdb",
                f"--web.listen-address=127.0.0.1:{own}",
            ],
            stdout=log,
            stderr=log,
        )
    try:
        running = Prometheus(own)
        running.wait_for('up{job="blocker"}', 1, 15)
        yield running
    finally:
        process.terminate()
        process.wait(10)
