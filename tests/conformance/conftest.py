"""One running server for all the cases that are played on the wire."""

from collections.abc import Iterator

import pytest

from tests.conformance.serving import Served, serving


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served")) as running:
        yield running
