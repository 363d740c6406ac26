"""What decides who may do what: the tokens, when each was used, and who is locked out.

Rule: one place looks a token up, so that no way in forgets to count a wrong one.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from blocker.admin.lastuse import LastUse
from blocker.admin.lockout import Locked, Lockout
from blocker.tokens import Token, TokenStore


class LockedOut(Exception):
    """Too many wrong tokens came from there; `seconds` until one is looked at again."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Access:
    """`clock` never goes back; the lock-out counts by it."""

    tokens: TokenStore
    last_use: LastUse
    lockout: Lockout = field(default_factory=Lockout)
    clock: Callable[[], float] = time.monotonic

    @classmethod
    def of(cls, state: Path) -> Self:
        tokens = TokenStore(state)
        return cls(tokens, LastUse(tokens))

    def token(self, secret: str, peer: str) -> Token | None:
        """Whose it is; None when it is wrong or there is none. LockedOut: nobody looked."""
        now = self.clock()
        if seconds := self.lockout.remaining(peer, now):
            raise LockedOut(seconds)
        if not secret:
            return None
        token = self.tokens.find(secret)
        if token is None:
            self.lockout.wrong(peer, now)
        else:
            self.last_use.note(token, datetime.now(UTC).timestamp())
        return token

    def holds(self, token: Token) -> bool:
        """Whether it is accepted still."""
        return token in self.tokens.tokens()

    def locked(self) -> list[tuple[str, datetime]]:
        """The addresses, and until when by the wall clock."""
        now, wall = self.clock(), datetime.now(UTC).timestamp()

        def until(each: Locked) -> datetime:
            return datetime.fromtimestamp(int(wall + each.until - now), UTC)

        return [(each.address, until(each)) for each in self.lockout.locked(now)]
