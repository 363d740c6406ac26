"""Which names below a wildcard it does not reach: those at and below a closer name of the zone
(RFC 4592 section 2.2.1, which RPZ follows).
"""

from collections.abc import Collection, Iterable, Mapping

from blocker.core.names import is_below, parents, trie_key


def left_out(
    owners: Iterable[bytes], wildcards: Mapping[bytes, bool], covered: Collection[bytes]
) -> dict[bytes, tuple[bytes, ...]]:
    """By the key of a wildcard's parent, the names that it leaves out with all below them.

    `owners` are the keys of all names of the zone, the parents of wildcards among them; the value
    of a wildcard says that it outranks more specific rules, so that it has to leave them out too;
    `covered` are the keys with a rule of their own for the name and one for all below it, which
    are decided there.
    """
    found = _closer(sorted({*owners, *wildcards}), wildcards)
    kept: dict[bytes, tuple[bytes, ...]] = {}
    for key in sorted(found, reverse=True):  # what lies deeper comes first
        names = [
            name
            for name in sorted(found[key])
            if wildcards[key] or trie_key(name) not in covered or trie_key(name) in kept
        ]
        if names:
            kept[key] = tuple(names)
    return kept


def _closer(keys: list[bytes], wildcards: Collection[bytes]) -> dict[bytes, set[bytes]]:
    """For each wildcard the names one label below it that exist, if only for what is below them."""
    found: dict[bytes, set[bytes]] = {}
    above: list[bytes] = []
    closest = b"\xff"  # above[-1], or what no key begins with
    for key in keys:
        while above and not (key.startswith(closest) and _under(key, closest)):
            above.pop()
            closest = above[-1] if above else b"\xff"
        if above and closest in wildcards:
            child = min(
                (name for name in parents(trie_key(key)) if len(name) > len(closest)), key=len
            )
            found.setdefault(closest, set()).add(child)
        above.append(key)
        closest = key
    return found


def _under(key: bytes, parent: bytes) -> bool:
    """Whether a key that begins with the other is of a name below it, on whole labels."""
    return is_below(trie_key(key), trie_key(parent))
