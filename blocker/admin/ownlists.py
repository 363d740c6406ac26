"""One's own lists, as the API edits them: tried first, written whole, in force when it is answered.

Rule: on any error the file is what it was, and the audit trail as well. What is shipped is read and
never written.
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

from blocker.admin.problem_details import Refusal
from blocker.admin.propose import propose_aside
from blocker.admin.watch import Watch
from blocker.catalog.ownfile import OwnFile
from blocker.catalog.proposal import Proposal
from blocker.errors import BlockerError, Problems
from blocker.link import Generation
from blocker.store import Change, Edit, Key, Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Applied:
    """What a change came to, and the texts before and after it."""

    proposal: Proposal
    generation: Generation
    etag: str
    before: str
    after: str


class OwnLists:
    """One change at a time."""

    def __init__(self, watch: Watch, store: Store) -> None:
        self._watch = watch
        self._store = store
        self._turn = asyncio.Lock()

    def file(self, name: str) -> OwnFile:
        return OwnFile.named(name, *self._watch.folders)

    async def check(self, name: str, text: str) -> Proposal:
        """What the text would do as that file; nothing is changed."""
        return await propose_aside(self.file(name), text)

    async def apply(self, name: str, text: str, expects: str, who: str) -> Applied:
        """Make the text that file. Problems, StartError, NotTaken or a Refusal: nothing is changed.

        `expects` is the tag of what the text was made from.
        """
        async with self._turn:
            file = self.file(name)
            _must_be(file, expects)
            proposal = await propose_aside(file, text)
            if proposal.problems:
                raise Problems(proposal.problems)
            _must_be(file, expects)
            before = file.text()
            change = await self._note(name, before, text, who)
            try:
                file.write(text)
                generation = await self._watch.reload()
            except BlockerError:
                file.write(before)
                await asyncio.to_thread(self._store.withdraw, change)
                raise
            log.info("%s: changed by %s: names: %d", file.path, who, len(proposal.changes))
            return Applied(proposal, generation, file.etag(), before, text)

    async def _note(self, name: str, before: str, text: str, who: str) -> Change:
        key = Key("list", name)
        edit = Edit(f"lists edit {name}", {key: {"text": text}})
        now = datetime.now(UTC).timestamp()
        return await asyncio.to_thread(self._store.note, edit, {key: {"text": before}}, who, now)


def _must_be(file: OwnFile, etag: str) -> None:
    if etag != file.etag():
        raise Refusal(
            HTTPStatus.CONFLICT,
            f"{file.inside} has changed since it was read; read it again and make the change anew",
        )
