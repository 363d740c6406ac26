"""One running server for all the cases that are played on the wire."""

from collections.abc import Iterator

import pytest

from tests.conformance.serving import FLOODING, MOST, Served, serving


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    limits = {"rate_limit": MOST, "rate_limit_exempt": ["127.0.0.0/26"]}
    assert FLOODING.rpartition(".")[2] > "64"
    with serving(tmp_path_factory.mktemp("served"), dns=limits) as running:
        yield running
