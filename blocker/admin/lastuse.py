"""When each token was last used: kept in memory, written now and then.

Rule: a request never waits for the disk. What is lost when the process is killed is one period.
"""

import asyncio
from datetime import UTC, datetime
from typing import Final

from blocker.tokens import Token, TokenStore

PERIOD: Final = 60.0  # seconds between two writings


class LastUse:
    """As precise as a second."""

    def __init__(self, tokens: TokenStore) -> None:
        self._tokens = tokens
        self._uses = tokens.uses()
        self._is_new = False

    def note(self, token: Token, now: float) -> None:
        self._uses[token.sha256] = datetime.fromtimestamp(int(now), UTC).isoformat()
        self._is_new = True

    def of(self, token: Token) -> datetime | None:
        moment = self._uses.get(token.sha256)
        try:
            return datetime.fromisoformat(moment) if moment else None
        except ValueError:  # someone edited the file
            return None

    def write(self) -> None:
        if self._is_new:
            self._is_new = False
            self._tokens.write_uses(self._uses)

    async def run(self) -> None:
        """Until cancelled, and once more then."""
        try:
            while True:
                await asyncio.sleep(PERIOD)
                self.write()
        finally:
            self.write()
