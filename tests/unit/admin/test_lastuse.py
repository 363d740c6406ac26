"""The last use of a token: known at once, on disk now and then and at the end."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from blocker.admin.lastuse import LastUse
from blocker.tokens import TokenStore


def test_it_is_known_at_once_and_written_when_told(tmp_path: Path) -> None:
    tokens = TokenStore(tmp_path)
    tokens.create("phone", "read")
    (token,) = tokens.tokens()
    last_use = LastUse(tokens)
    assert last_use.of(token) is None
    last_use.note(token, 1_764_000_000.9)
    assert last_use.of(token) == datetime.fromtimestamp(1_764_000_000, UTC)
    assert not tokens.uses_path.exists()
    last_use.write()
    assert LastUse(tokens).of(token) == last_use.of(token)


def test_nothing_is_written_when_nothing_was_used(tmp_path: Path) -> None:
    tokens = TokenStore(tmp_path)
    tokens.create("phone", "read")
    LastUse(tokens).write()
    assert not tokens.uses_path.exists()


def test_a_moment_that_is_none_is_not_known(tmp_path: Path) -> None:
    tokens = TokenStore(tmp_path)
    tokens.create("phone", "read")
    (token,) = tokens.tokens()
    tokens.write_uses({token.sha256: "yesterday"})
    assert LastUse(tokens).of(token) is None


def test_the_end_writes_what_is_new(tmp_path: Path) -> None:
    tokens = TokenStore(tmp_path)
    tokens.create("phone", "read")
    (token,) = tokens.tokens()

    async def scenario() -> None:
        last_use = LastUse(tokens)
        task = asyncio.create_task(last_use.run())
        await asyncio.sleep(0)
        last_use.note(token, 1_764_000_000)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(scenario())
    assert token.sha256 in tokens.uses()
