"""Catalogue and subscriptions to a ruleset file, named by the hash of all that goes in.

Takes seconds and memory for a million names, so it runs in a child process that ends afterwards.
The user's own rules are not in it: they are the policy's overlay, and change without compiling.
"""

import hashlib
import os
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from blocker.catalog.load import Catalogue
from blocker.catalog.subscriptions import Subscription, add_subscription, fingerprint
from blocker.errors import RulesetError
from blocker.ruleset import Progress, RulesetWriter, verify
from blocker.ruleset.layout import encode_entry

_REVISION: Final = "5"  # raise it when the same inputs compile to something else
_SUFFIX: Final = ".ruleset"
_ABANDONED: Final = 3600  # seconds after which a file that nobody names is left over


def compile_ruleset(
    catalogue: Catalogue,
    subscriptions: Sequence[Subscription],
    folder: Path,
    progress: Progress = lambda *_: None,
) -> Path:
    """The compiled file in `folder`; one that is there already and sound is used as it is.

    Problems when a subscription cannot be read. Lines that are wrong are in the ruleset's
    `sources`: they stop nothing.
    """
    version = _version(catalogue, subscriptions)
    path = folder / f"{version}{_SUFFIX}"
    if not _is_sound(path):
        makers = {each.vendor: (each.title, each.jurisdiction or "") for each in catalogue.vendors}
        writer = RulesetWriter(str(catalogue.version), catalogue.off, catalogue.relations, makers)
        for rule in catalogue.rules:
            writer.add_rule(rule)
        for subscription in subscriptions:
            add_subscription(writer, subscription, progress)
        folder.mkdir(parents=True, exist_ok=True)
        writer.write(path, version, progress)
    return path


def prune(folder: Path, keep: Collection[Path]) -> None:
    """Remove rulesets, whole or half-written, that are not in use and not from just now."""
    before = time.clock_gettime(time.CLOCK_REALTIME) - _ABANDONED
    for path in folder.glob(f"*{_SUFFIX}*"):
        with suppress(FileNotFoundError):  # it was another's, who is through with it
            if path not in keep and path.stat().st_mtime < before:
                path.unlink()


def _version(catalogue: Catalogue, subscriptions: Sequence[Subscription]) -> str:
    digest = hashlib.blake2b(_REVISION.encode(), digest_size=10)
    digest.update(str(catalogue.version).encode() + catalogue.version.digest.encode())
    for rule in catalogue.rules:
        digest.update(encode_entry(rule) + b"\n")
    for subscription in subscriptions:
        digest.update(fingerprint(subscription).encode() + b"\n")
    return digest.hexdigest()


def _is_sound(path: Path) -> bool:
    try:
        verify(path)
    except (RulesetError, OSError):
        return False
    with suppress(OSError):  # the disk may be read-only by now
        os.utime(path)
    return True
