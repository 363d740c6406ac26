"""What all that changes settings has in common: who asks, what it is checked against, the answer.

Rule: a change is answered when it is on disk and every worker has taken it.
"""

from datetime import UTC, datetime

from pydantic import Field

from blocker.admin.api.endpoint import Backend, Body
from blocker.admin.auth import WHO
from blocker.admin.reload import Generations
from blocker.asked.asked import Asked
from blocker.asked.present import Present
from blocker.store import Change, Settings


class Changed(Body):
    change: int | None = Field(description="Its number in the audit; null when it was so already.")
    what: str
    generation: int = Field(description="Which all workers run since.")


async def change(backend: Backend, asked: Asked) -> Changed:
    generations, who = backend.generations, WHO.get()
    said: list[str] = []

    def make(settings: Settings) -> Change | None:
        present = present_of(generations, settings)
        edit = asked.edit(present)
        said.append(edit.what)
        return generations.store.apply(edit, who, present.now)

    made = await generations.change(make)
    return answer(generations, made, said[0])


def answer(generations: Generations, made: Change | None, what: str) -> Changed:
    number = generations.current.number
    return Changed(change=made.id if made else None, what=what, generation=number)


def present_of(generations: Generations, settings: Settings | None = None) -> Present:
    known = generations.in_force
    return Present(
        configured=generations.configured,
        settings=generations.settings if settings is None else settings,
        now=wall_clock(),
        vendors=known.vendors,
        off=known.off,
        subscriptions=known.subscriptions,
    )


def wall_clock() -> float:
    return datetime.now(UTC).timestamp()


def moment(at: float | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)
