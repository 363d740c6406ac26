"""What every child starts from: the generation and its ruleset, two files that may be damaged or
deleted while we run.

Rule: before a successor starts they are looked at, and written anew if they are no good: by what is
configured and was changed as far as that can be read, else by what was there at the last look. If
not where they were, then in memory, so that a worker's death never ends the names.
"""

import logging
import os
import shutil
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from enum import Enum, auto
from pathlib import Path
from typing import Final

from blocker.admin.plan import Plan, prepare
from blocker.errors import BlockerError, RulesetError
from blocker.link import Generation
from blocker.ruleset.layout import read_header, verify
from blocker.spare import spare_folder, spare_run
from blocker.store import effective, read_configured, read_settings, write_configured

LEAP: Final = 1_000_000  # admin has counted on since; what is written anew is newer to all

log = logging.getLogger(__name__)


class Mended(Enum):
    """What became of the ground at a look."""

    NOTHING = auto()  # it was well, or cannot be helped
    ANEW = auto()  # files were written: admin knows others
    ELSEWHERE = auto()  # all who run look for them in the wrong place


class Ground:
    """`plan` says where it is; only that may change."""

    def __init__(self, plan: Plan, configured: Generation) -> None:
        self.plan = plan
        self._configured = configured
        self._number = plan.generation.number
        self._ruleset = Path()
        self._held = -1  # the ruleset, open: that outlives its name
        self._hold(plan.generation)

    def mend(self, *, whole: bool) -> Mended:
        """Look, and write anew what is no good; `whole`: read all of the ruleset."""
        try:
            generation = Generation.read(self.plan.running)
            _must_be_sound(Path(generation.ruleset), whole)
            self._hold(generation)
        except (OSError, ValueError, RulesetError) as error:
            fault = str(error)
        else:
            return Mended.NOTHING
        try:
            return self._write_anew(fault)
        except (OSError, BlockerError) as error:
            log.error("%s; it could not be written anew: %s", fault, error)  # noqa: TRY400
            return Mended.NOTHING

    def _hold(self, generation: Generation) -> None:
        self._number = max(self._number, generation.number)
        self._configured = read_configured(self.plan.running) or self._configured
        if (path := Path(generation.ruleset)) == self._ruleset:
            return
        with suppress(OSError):
            held = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            if self._held >= 0:
                os.close(self._held)
            self._ruleset, self._held = path, held

    def _write_anew(self, fault: str) -> Mended:
        state = Path(self.plan.state)
        done = Mended.ANEW
        try:
            if self.plan.run:
                spare_run(state)
            else:
                state.mkdir(mode=0o750, parents=True, exist_ok=True)
            self._write(self.plan.running, self._ruleset)
        except OSError:
            run = spare_run(state)
            self._write(run, spare_folder(state) / self._ruleset.name)
            self.plan = replace(self.plan, run=str(run))
            done = Mended.ELSEWHERE
        log.error("%s; it was written anew in %s, so that names resolve", fault, self.plan.running)
        return done

    def _write(self, folder: Path, ruleset: Path) -> None:
        configured = self._with_ruleset(ruleset)
        settings = read_settings(Path(self.plan.state))
        now = datetime.now(UTC).timestamp()
        self._number += LEAP
        write_configured(configured, folder)
        replace(effective(configured, settings, now), number=self._number).write(folder)

    def _with_ruleset(self, place: Path) -> Generation:
        """What is configured, with a sound ruleset: its own, the last known, or a new one."""
        configured = read_configured(self.plan.running) or self._configured
        if _is_sound(Path(configured.ruleset)):
            return configured
        if not _is_sound(place):
            try:
                self._restore(place)
            except RulesetError:  # its octets are gone, not only its name
                config = self.plan.config
                return prepare(Path(config) if config else None).generation
        return replace(configured, ruleset=str(place))

    def _restore(self, place: Path) -> None:
        """RulesetError when what is held is none; OSError when there is no room."""
        own = Path(f"/proc/self/fd/{self._held}")
        verify(own)
        place.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        temporary = place.with_name(f".{place.name}.{os.getpid()}")
        try:
            with own.open("rb") as source, temporary.open("xb") as copy:
                shutil.copyfileobj(source, copy)
            temporary.replace(place)
        finally:
            temporary.unlink(missing_ok=True)


def _must_be_sound(ruleset: Path, whole: bool) -> None:
    """Not mapped for it: what is damaged is no business of this process."""
    if whole:
        verify(ruleset)
        return
    with ruleset.open("rb") as file:
        read_header(file, ruleset)


def _is_sound(ruleset: Path) -> bool:
    try:
        verify(ruleset)
    except RulesetError:
        return False
    return True
