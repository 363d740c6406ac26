"""What was set for a while ends: it leaves the settings, and what it stood in front of is back.

Workers end rules and pauses themselves, to the moment; this tidies up after them.
"""

import asyncio
import logging
from datetime import UTC, datetime
from functools import partial

from blocker.admin.reload import Generations
from blocker.errors import BlockerError
from blocker.store import Change, Settings, Store

EVERY = 0.5  # seconds; looked at by the clock, which may be set, so not slept until

log = logging.getLogger(__name__)


async def lapse_when_due(generations: Generations) -> None:
    """For ever."""
    failed = ""
    while True:
        await asyncio.sleep(EVERY)
        due = generations.settings.next_lapse()
        now = datetime.now(UTC).timestamp()
        if due is None or due > now:
            continue
        try:
            change = await generations.change(partial(_lapse, generations.store, now))
        except BlockerError as error:
            if str(error) != failed:  # once, not twice a second
                log.error("%s", error)  # noqa: TRY400 - no trace: it says what to do
            failed = str(error)
        else:
            failed = ""
            if change:
                log.info("%s", change.what)


def _lapse(store: Store, now: float, settings: Settings) -> Change | None:
    return store.lapse(now)
