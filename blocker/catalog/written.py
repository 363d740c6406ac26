"""A name as the curated lists write it.

`data.mistat.xiaomi.com` is the name and all below it, `=example.org` it alone; a `*` or a `[set]`
in a label makes a family: `*-stsdk.vivo.com.cn` is every such name, under a fixed parent of at
least two labels. Rule: what would cover a whole registry, or everyone hosted at one provider, is
no name to list.
"""

import re
from dataclasses import dataclass
from typing import Final

from blocker.core.names import from_text
from blocker.core.policy import Match
from blocker.errors import InvalidName

_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\Z")
_VARYING: Final = re.compile(r"([a-z0-9_*-]|\[[a-z0-9_]([a-z0-9_-]*[a-z0-9_-])?\])+\Z")
_NOT_A_NAME: Final = re.compile(r"[^a-z0-9_.*\[\]-]")

# Registries of more than one label that the listed vendors' countries have, and providers that
# give each customer a name. Not the Public Suffix List: 10,000 lines to catch a slip of the pen.
PUBLIC_SUFFIXES: Final = frozenset(
    f"{second}.{country}"
    for country, seconds in {
        "au": "com net org", "br": "com net org", "cn": "ac com edu gov net org",
        "hk": "com net org", "id": "co or web", "il": "co org", "in": "co firm gen net org",
        "jp": "ac co go ne or", "kr": "co go ne or", "mx": "com net org", "my": "com net org",
        "nz": "co net org", "ru": "com msk net org", "sg": "com net org", "th": "co in or",
        "tr": "com net org", "tw": "com net org", "ua": "com net org", "uk": "ac co gov org",
        "vn": "com net org", "za": "co net org",
    }.items()
    for second in seconds.split()
) | frozenset({
    "akadns.net", "akamai.net", "akamaiedge.net", "akamaized.net", "aliyuncs.com", "amazonaws.com",
    "appspot.com", "azureedge.net", "azurewebsites.net", "cloudapp.net", "cloudfront.net",
    "cloudfunctions.net", "edgekey.net", "edgesuite.net", "fastly.net", "firebaseio.com",
    "github.io", "herokuapp.com", "myhuaweicloud.com", "myqcloud.com", "windows.net",
    "workers.dev",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """What a written name means; of a family, `name` is the fixed parent."""

    text: str
    name: bytes
    match: Match


def read_name(text: str) -> Written:
    """The meaning of a name; ValueError("what is wrong; what to write instead") if it has none."""
    exact = text.startswith("=")
    bare = text.removeprefix("=")
    _check_form(bare)
    labels = bare.split(".")
    if not ("*" in bare or "[" in bare):
        _check_fixed(labels, bare)
        return Written(text, _wire(bare), "exact" if exact else "subtree")
    if exact:
        message = f"{text}: a family cannot be exact; remove the ="
        raise ValueError(message)
    return Written(text, _wire(_parent(labels)), "pattern")


def member(text: str) -> bytes:
    """The wire name that is written, or one of the family."""
    if "*" not in text and "[" not in text:
        return _wire(text.removeprefix("="))
    return _wire(re.sub(r"\[(.)[^\]]*\]", r"\1", text).replace("*", "x"))


def _check_form(bare: str) -> None:
    if not bare:
        raise ValueError("no name; write a domain name")
    if bare != bare.lower():
        message = f"{bare} has capitals; write {bare.lower()}"
        raise ValueError(message)
    if bare.endswith("."):
        message = f"{bare} ends in a dot; write {bare.rstrip('.')}"
        raise ValueError(message)
    if foreign := _NOT_A_NAME.search(bare):
        message = f"{foreign[0]!r} has no place in a host name; write the name alone, in ASCII"
        raise ValueError(message)


def _check_fixed(labels: list[str], bare: str) -> None:
    for label in labels:
        if not _LABEL.match(label) or len(label) > 63:
            message = f"{label!r} is no label of a host name; letters, digits and inner dashes only"
            raise ValueError(message)
    if labels[-1].isdigit():
        message = f"{bare} is an address; list names"
        raise ValueError(message)
    if len(labels) < 2 or bare in PUBLIC_SUFFIXES:
        message = f"{bare} is not one owner's; write a name below it"
        raise ValueError(message)


def _parent(labels: list[str]) -> str:
    """The fixed labels under the last one that varies."""
    last = max(at for at, label in enumerate(labels) if "*" in label or "[" in label)
    for label in labels[: last + 1]:
        if not _VARYING.match(label):
            message = f"{label!r} is no pattern; use *, and sets such as [0-9] or [abc]"
            raise ValueError(message)
        _check_sets(label)
    parent = ".".join(labels[last + 1 :])
    if labels[0] == "*":
        message = f"* alone in front; write {'.'.join(labels[1:])}, which is it and all below"
        raise ValueError(message)
    if len(labels) - last - 1 < 2:
        message = f"{'.'.join(labels)} has no fixed parent; end it in at least two plain labels"
        raise ValueError(message)
    _check_fixed(labels[last + 1 :], parent)
    return parent


def _check_sets(label: str) -> None:
    for characters in re.findall(r"\[(.*?)\]", label):
        for low, high in re.findall(r"(.)-(.)", characters):
            if low > high:
                message = f"[{characters}] is an empty range; write [{high}-{low}]"
                raise ValueError(message)


def _wire(text: str) -> bytes:
    try:
        return from_text(text)
    except InvalidName as error:
        message = f"{error}; write a shorter name"
        raise ValueError(message) from None
