"""Failures are counted, and the moment an upstream is down can be read in the log."""

import pytest

from tests.support.asking import Bench, run
from tests.support.upstream import ScriptedUpstream


def test_the_log_says_once_that_an_upstream_is_down_and_why(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with ScriptedUpstream() as well, ScriptedUpstream(tcp=False) as ill:

        async def scenario(bench: Bench) -> None:
            down = bench.forwarder.upstreams[0]
            for number in range(200):
                assert (await bench.ask(f"n{number}.example")).answers == 1
            assert down.health.is_down
            assert down.tally.errors["network"] >= 3

        run([ill.tcp_url, well.url], scenario)
    said = [record.getMessage() for record in caplog.records]
    assert said == [f"the upstream {ill.tcp_url} is down: connection refused"]
