"""What the files of an overlay hold: one's own edits, on top of the lists that were shipped.

They have the form of those files, with two differences. A vendor that is shipped has its head
there, so nothing but `vendor` has to be written again; and `remove:` takes an entry away.
"""

from typing import Literal

from pydantic import Field

from blocker.catalog.entry import (
    Entry,
    Form,
    Group,
    Keep,
    Key,
    Law,
    Name,
    Source,
    Text,
    VendorFile,
    Zone,
)


class Removal(Form):
    """A shipped entry that is not wanted here; its name is as if it were on no list."""

    name: Name = Field(description="As it is written in the shipped file.")
    reason: Text = Field(description="Why, for who reads this in a year.")


class OwnVendorFile(Form):
    """lists.d/vendors/<vendor>.yaml"""

    vendor: Key = Field(description="The file's name.")
    title: Text | None = None
    default: Literal["on", "off"] | None = None
    legal_name: Text | None = None
    jurisdiction: str | None = Field(None, pattern=r"^[A-Z]{2}$")
    law: Law | None = None
    products: dict[str, Text] = Field({}, description="More products; those shipped are known.")
    zones: list[Zone] = Field([], description="More domains that the vendor owns.")
    keep_one_of: list[Group] = Field([])
    block_together: list[Group] = Field([])
    entries: list[Entry] = Field([], description="More; in place of a shipped one of that name.")
    remove: list[Removal] = Field([], description="Shipped entries of this vendor to leave out.")


AnyVendorFile = VendorFile | OwnVendorFile


class OwnKeepFile(Form):
    """lists.d/keep.yaml"""

    keep: list[Keep] = Field([], description="More; in place of a shipped one of that name.")
    remove: list[Removal] = Field([], description="Shipped kept names to leave out.")


class OwnSourcesFile(Form):
    """lists.d/sources.yaml"""

    sources: dict[str, Source] = Field({}, description="More; in place of a shipped one.")
