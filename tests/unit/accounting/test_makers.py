"""Every vendor of the lists has a name; where its law is known, so is where that is written."""

from blocker.accounting.makers import makers_of
from blocker.catalog.load import load_catalogue


def test_the_shipped_lists() -> None:
    makers = makers_of(load_catalogue())
    assert makers["xiaomi"].title == "Xiaomi"
    assert makers["xiaomi"].jurisdiction == "CN"
    assert "National Intelligence Law" in makers["xiaomi"].law
    assert all(maker.title for maker in makers.values())
    for vendor, maker in makers.items():
        assert not maker.law or maker.sources, vendor
        assert all(url.startswith("http") for _, url in maker.sources), vendor
