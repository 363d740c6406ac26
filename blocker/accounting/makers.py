"""What the curated lists say of vendors: whose law they are under, and where that is written."""

from blocker.accounting.report import Maker
from blocker.catalog.load import Catalogue


def makers_of(catalogue: Catalogue) -> dict[str, Maker]:
    """By vendor."""
    return {
        vendor.vendor: Maker(
            title=vendor.title,
            jurisdiction=vendor.jurisdiction or "",
            law=vendor.law.text if vendor.law else "",
            sources=tuple(
                (source.title, source.url or "")
                for key in (vendor.law.evidence if vendor.law else ())
                if (source := catalogue.sources.get(key)) is not None
            ),
        )
        for vendor in catalogue.vendors
    }
