"""`audit` and `undo`: who changed what and when, what it was before, and the way back."""

import asyncio
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Final

from pydantic import Field

from blocker.admin.api.change import Changed, answer, moment, wall_clock
from blocker.admin.api.endpoint import Backend, Body, Endpoint
from blocker.admin.auth import MAY, WHO
from blocker.admin.problem_details import Refusal
from blocker.asked.spelling import ONE_LINE, fits, shown
from blocker.store import Change, Key, Settings
from blocker.store.history import origin, undone
from blocker.store.settings import RULES, SWITCHES, ChangeKind, Kind, as_plain
from blocker.tokens import permits

# What scope `rules` may set elsewhere. To take back what set anything else takes scope `admin`.
_OF_RULES: Final = frozenset((*RULES, *SWITCHES, "pause"))


class Page(Body):
    limit: int = Field(default=100, ge=1, le=1000)
    before: int | None = Field(
        default=None, ge=1, le=2**53, description="Those older than this change."
    )


class SettingShown(Body):
    kind: Kind
    subject: str
    group: str | None
    client: str | None
    before: dict[str, Any] | None = Field(description="null: it was not set.")
    after: dict[str, Any] | None


class ChangeShown(Body):
    id: int
    at: datetime
    who: str = Field(description="A token's name, cli:USER, or `time` for what has lapsed.")
    what: str
    kind: ChangeKind
    undoes: int | None
    settings: list[SettingShown]


class Audit(Body):
    changes: list[ChangeShown] = Field(description="Newest first.")


class Undo(Body):
    id: int | None = Field(
        default=None, ge=1, le=2**53, description="Of the change; null: the last that holds."
    )


class Written(Body):
    file: Annotated[
        str,
        Field(min_length=1, max_length=4096, description="The configuration file."),
        fits(ONE_LINE, "the path of a file is one line here, without control characters"),
        shown(ONE_LINE),
    ]
    change: int = Field(ge=0, description="The newest change that was considered.")
    keys: list[tuple[Kind, str, str, str]] = Field(description="Kind, subject, group, client.")


async def _audit(backend: Backend, asked: Page) -> Audit:
    store = backend.generations.store
    changes = await asyncio.to_thread(store.changes, asked.limit, asked.before)
    return Audit(changes=[_shown(each) for each in changes])


async def _undo(backend: Backend, asked: Undo) -> Changed:
    generations, who, may = backend.generations, WHO.get(), MAY.get()

    def make(_: Settings) -> Change | None:
        store = generations.store
        changes = store.changes()
        meant = undone(asked.id, changes)
        if _takes_admin(origin(meant, changes)) and not permits(may, "admin"):
            raise Refusal(
                HTTPStatus.FORBIDDEN,
                f"to take back change {meant.id} ({meant.what}) takes scope admin, as to make it "
                f"did; use such a token, or name another change by its id: GET audit has them",
            )
        return store.undo(meant.id, who, wall_clock())

    made = await generations.change(make)
    return answer(generations, made, made.what if made else "nothing")


async def _written(backend: Backend, asked: Written) -> Changed:
    generations, who = backend.generations, WHO.get()
    keys = [Key(*each) for each in asked.keys]

    def make(settings: Settings) -> Change | None:
        # What was changed while the file was being written does not stand in it.
        same = [key for key in keys if (it := settings.get(key)) and it.change <= asked.change]
        return generations.store.hand_over(same, asked.file, who, wall_clock())

    made = await generations.change(make)
    return answer(generations, made, f"written to {asked.file}")


def _takes_admin(change: Change) -> bool:
    return change.kind == "import" or any(key.kind not in _OF_RULES for key in change.after)


def _shown(change: Change) -> ChangeShown:
    return ChangeShown.model_validate({**as_plain(change), "at": moment(change.at)})


_UNFIT = (HTTPStatus.UNPROCESSABLE_ENTITY,)
ENDPOINTS = (
    Endpoint("GET", "audit", "read", "Who changed what, and when", Page, Audit, _audit),
    Endpoint("POST", "undo", "rules", "Take a change back", Undo, Changed, _undo, _UNFIT),
    Endpoint(
        "POST", "written", "admin", "Forget changes that stand in the configuration file now",
        Written, Changed, _written, _UNFIT,
    ),
)  # fmt: skip
