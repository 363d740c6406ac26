"""One's own lists, as the API edits them: tried first, written whole, in force when it is answered.

Rule: on any error the file is what it was. What is shipped is read and never written.
"""

import asyncio
import logging
from dataclasses import dataclass
from http import HTTPStatus

from blocker.admin.problem_details import Refusal
from blocker.admin.propose import propose_aside
from blocker.admin.watch import Watch
from blocker.catalog.ownfile import OwnFile
from blocker.catalog.proposal import Proposal
from blocker.errors import BlockerError, Problems
from blocker.link import Generation

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

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
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
            file.write(text)
            try:
                generation = await self._watch.reload()
            except BlockerError:
                file.write(before)
                raise
            log.info("%s: changed by %s: names: %d", file.path, who, len(proposal.changes))
            return Applied(proposal, generation, file.etag(), before, text)


def _must_be(file: OwnFile, etag: str) -> None:
    if etag != file.etag():
        raise Refusal(
            HTTPStatus.CONFLICT,
            f"{file.inside} has changed since it was read; read it again and make the change anew",
        )
