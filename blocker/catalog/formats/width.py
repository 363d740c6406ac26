"""What is too wide for a list: a rule for a suffix that the whole world registers names below.

A list of strangers' names that says `||com.tr^` means something else, or is no list. A rule that
says whom or what it is for (`$client`, `$denyallow`, `$dnstype`) is its writer's business.
"""

from typing import Final

_USUAL: Final = frozenset(b"ac co com edu gob gouv gov gub mil net org".split())
# Below which labels of a country's domain names are registered; of all others
# the usual. Not the whole of the public suffix list: what lists have been seen to hold by mistake.
_SECOND_LEVELS: Final = {
    b"cn": _USUAL | frozenset(  # and a label for each province
        b"ah bj cq fj gd gs gx gz ha hb he hi hk hl hn jl js jx ln mo nm nx qh sc sd sh sn sx tj "
        b"tw xj xz yn zj".split()
    ),
    b"id": _USUAL | frozenset(b"biz desa go my or sch web".split()),
    b"jp": _USUAL | frozenset(b"ad ed go gr lg ne or".split()),
    b"kr": _USUAL | frozenset(b"go ne or pe re".split()),
    b"pl": _USUAL | frozenset(b"biz info".split()),
    b"th": _USUAL | frozenset(b"go in mi or".split()),
    b"tr": _USUAL | frozenset(b"bel biz gen info name pol web".split()),
    b"uk": _USUAL | frozenset(b"ltd me nhs plc police sch".split()),
}  # fmt: skip
_UNLIKE_A_TOP_LEVEL: Final = frozenset("0123456789_-")  # a hyphen inside; but for xn--


def too_wide(labels: list[str]) -> str:
    """Why the name and all below it would be too much to block; "" when it is not."""
    if not labels:
        return "covers every name"
    if len(labels) == 1 and (
        labels[0].startswith("xn--") or not _UNLIKE_A_TOP_LEVEL.intersection(labels[0].strip("-"))
    ):
        return f"covers a whole top-level domain, {labels[0]}"
    if len(labels) == 2 and is_suffix(*[label.encode() for label in labels]):
        return f"covers {'.'.join(labels)}, a suffix that others register names below"
    return ""


def is_suffix(first: bytes, country: bytes) -> bool:
    """Whether `first.country` is such a suffix."""
    return len(country) == 2 and first in _SECOND_LEVELS.get(country, _USUAL)
