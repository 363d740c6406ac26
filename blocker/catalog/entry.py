"""What the files of lists/ hold. Every key that exists is here; any other is an error.

Validators raise ValueError("what is wrong; what to write instead").
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, model_validator

from blocker.catalog.written import Written, read_name
from blocker.core.policy import BREAKAGE, PURPOSES, TELEMETRY
from blocker.yamlfile import suggest

CONFIDENCE = ("measured", "documented", "reported", "community")  # best first

# A vendor's own resolver, its push service and its location service may be what a guessed name
# is; to block it then costs the user a function, so a guess has to say what it may break.
COULD_BE_A_FUNCTION = frozenset(("http-dns", "push", "location"))


def _known(words: Sequence[str]) -> Callable[[str], str]:
    def check(word: str) -> str:
        if word not in words:
            message = f"{word} is not known here; {suggest(word, words)}"
            raise ValueError(message)
        return word

    return check


def _enum(words: Sequence[str]) -> Any:
    return Field(json_schema_extra={"enum": list(words)})


def _check_name(text: str) -> str:
    read_name(text)
    return text


def _check_zone(text: str) -> str:
    if read_name(text).match != "subtree":
        message = f"{text} is not a zone; write a plain domain name, which is it and all below"
        raise ValueError(message)
    return text


def _check_member(text: str) -> str:
    if read_name(text).match == "pattern":
        message = f"{text} is a family; name the member that is meant"
        raise ValueError(message)
    return text


Purpose = Annotated[str, AfterValidator(_known(PURPOSES)), _enum(PURPOSES)]
Breakage = Annotated[str, AfterValidator(_known(BREAKAGE)), _enum(BREAKAGE)]
Confidence = Annotated[str, AfterValidator(_known(CONFIDENCE)), _enum(CONFIDENCE)]
Name = Annotated[str, AfterValidator(_check_name)]
Zone = Annotated[str, AfterValidator(_check_zone)]
Member = Annotated[str, AfterValidator(_check_member)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
Text = Annotated[str, Field(min_length=1)]
Evidence = Annotated[
    list[str], Field(min_length=1, description="Keys of sources.yaml; the best source first.")
]


class Form(BaseModel):
    """What is written by hand: a key that is not known is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Law(Form):
    """The law that can compel the vendor to hand over data."""

    text: Text
    evidence: Evidence


class Entry(Form):
    """One name of a vendor: what it is for, what breaks without it, and who says so."""

    name: Name = Field(
        description="The name and all below it; =name: it alone; * or [0-9] in a label: a family."
    )
    product: Text = Field(description="One of the file's products.")
    purpose: Purpose
    breakage: Breakage = "none"
    breaks: str = Field("", description="What stops working, in words; required unless none.")
    evidence: Evidence
    confidence: Confidence
    inferred: StrictBool = Field(False, description="The purpose is guessed from the name.")
    shared: StrictBool = Field(
        False, description="Carries telemetry and a function; kept by default."
    )
    except_: list[Name] = Field(
        [], alias="except", description="Kept names below it that the author knows of."
    )
    note: str = ""

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "Entry":
        if self.breakage != "none" and not self.breaks:
            message = f"breakage is {self.breakage} but not of what; add `breaks:`"
            raise ValueError(message)
        if self.breakage == "none" and self.breaks:
            raise ValueError("says what breaks but breakage is none; write minor or major")
        if self.shared and self.breakage == "none":
            raise ValueError("shared with a function, yet breakage is none; write minor or major")
        if self.purpose not in TELEMETRY and self.breakage == "none":
            message = f"{self.purpose} is a function, yet breakage is none; write minor or major"
            raise ValueError(message)
        if self.inferred and self.purpose in COULD_BE_A_FUNCTION and self.breakage == "none":
            message = f"{self.purpose} is a guess, yet breakage is none; write what it may break"
            raise ValueError(message)
        if self.purpose == "push" and self.breakage == "none":
            raise ValueError("push brings notifications, yet breakage is none; write major")
        return self

    @property
    def written(self) -> Written:
        return read_name(self.name)


class Group(Form):
    """Names that hold together; each is an entry of the file or stands in keep.yaml."""

    names: list[Member] = Field(min_length=2)
    reason: Text = Field(description="What happens otherwise, in words.")
    evidence: Evidence


class VendorFile(Form):
    """lists/vendors/<vendor>.yaml"""

    vendor: Key = Field(description="The file's name.")
    title: Text
    default: Literal["on", "off"] = Field(
        "on", description="off: a pack that blocks nothing unless the configuration says so."
    )
    legal_name: Text | None = Field(None, description="Only a pack may lack it.")
    jurisdiction: str | None = Field(
        None, pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2, such as CN."
    )
    law: Law | None = None
    products: dict[str, Text] = Field(min_length=1, description="Each product line in a few words.")
    zones: list[Zone] = Field([], description="The domains that the vendor owns.")
    keep_one_of: list[Group] = Field(
        [], description="Of each group one name at least is not blocked by any list."
    )
    block_together: list[Group] = Field(
        [], description="The names of each group are blocked all or none."
    )
    entries: list[Entry] = Field(min_length=1, description="Sorted by their labels from the right.")

    @model_validator(mode="after")
    def _says_whose_it_is(self) -> "VendorFile":
        if self.default == "on" and not (self.legal_name and self.jurisdiction):
            raise ValueError("no legal_name or jurisdiction; add both, or write `default: off`")
        return self


class Keep(Form):
    """A name that no list may block."""

    name: Name
    purpose: Purpose
    reason: Text
    evidence: Evidence
    vendor: str = ""

    @model_validator(mode="after")
    def _is_for_a_function(self) -> "Keep":
        if self.purpose in TELEMETRY - COULD_BE_A_FUNCTION:
            message = f"{self.purpose} is telemetry, which is not kept; write what it is needed for"
            raise ValueError(message)
        return self

    @property
    def written(self) -> Written:
        return read_name(self.name)


class KeepFile(Form):
    """lists/keep.yaml"""

    keep: list[Keep]


class Source(Form):
    """A paper, page or list that says what an entry claims."""

    title: Text
    authors: Text
    year: int = Field(ge=1990, le=2100)
    url: str = Field(pattern=r"^https?://\S+$", description="Where it can be read.")
    licence: Text
    note: str = ""


class SourcesFile(Form):
    """lists/sources.yaml"""

    sources: dict[str, Source]
