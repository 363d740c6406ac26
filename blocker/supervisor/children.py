"""The supervisor's children: started, replaced when they die, stopped.

Rule: no event loop and no thread here, so that fork() is safe at any moment and nothing but a
signal ever wakes this process.
"""

import contextlib
import gc
import logging
import os
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from blocker.notify import notify
from blocker.supervisor.ground import Mended

DRAIN = 5.0  # seconds for the answers in flight
FAREWELL = 5.0  # seconds for admin, which stops last: what the workers told it has to be written
QUICK_DEATH = 1.0  # who lived longer is replaced at once
LONGEST_DELAY = 5.0
NO_ROOM = 1.0  # seconds until what the machine had no room for is started after all

HANDLED = (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Child:
    """One place among the children; `run` is what the process in it does until told to stop."""

    name: str
    run: Callable[[], None]
    pid: int = 0
    started: float = 0.0
    due: float = 0.0
    quick_deaths: int = 0
    reload: bool = False  # told to, while it was not there


class Children:
    """Workers stop first: what they counted last still reaches admin.

    `mend` sees that a successor finds what it starts from.
    """

    def __init__(
        self,
        workers: Iterable[Child],
        admin: Child,
        mend: Callable[[bool], Mended] = lambda _: Mended.NOTHING,
    ) -> None:
        self.workers = list(workers)
        self.admin = admin
        self.all = [*self.workers, admin]
        self._mend = mend

    def run(self) -> None:
        """Until SIGTERM or SIGINT."""
        signal.pthread_sigmask(signal.SIG_BLOCK, HANDLED)
        gc.freeze()  # what the children inherit stays shared
        while True:
            for child in self.all:
                if not child.pid and child.due <= time.monotonic():
                    self._start(child)
            match self._wait():
                case signal.SIGCHLD:
                    self._bury()
                case signal.SIGHUP:
                    self._reload()
                case signal.SIGTERM | signal.SIGINT:
                    break
        notify("STOPPING=1")
        self._stop(self.workers, DRAIN)
        self._stop([self.admin], FAREWELL)

    def _wait(self, until: float | None = None) -> int | None:
        """The next signal; None when a child is due or `until` has come."""
        times = [child.due for child in self.all if not child.pid and until is None]
        if until is not None:
            times.append(until)
        if not times:
            return signal.sigwaitinfo(HANDLED).si_signo
        taken = signal.sigtimedwait(HANDLED, max(0.0, min(times) - time.monotonic()))
        return taken.si_signo if taken else None

    def _start(self, child: Child) -> None:
        """Who cannot be started waits; those that live must not end for it."""
        if child.started:
            self._look_at_the_ground(child)
        child.started = time.monotonic()
        try:
            child.pid = os.fork()
        except OSError as error:  # too many processes, or too little memory, at the moment
            child.due = child.started + NO_ROOM
            log.error(  # noqa: TRY400 - no trace: it is about the machine
                "%s cannot be started: %s; tried again in %g s",
                child.name, error.strerror, NO_ROOM,
            )  # fmt: skip
            return
        if child.pid == 0:
            _live(child, hears_of_reloads=child is self.admin)
        if child.reload:
            child.reload = False
            _signal([child], signal.SIGHUP)

    def _look_at_the_ground(self, child: Child) -> None:
        """Who has other files open, or looks elsewhere, starts anew too. Admin at once: what it
        confirms from now on would be lost, and no later generation of its own may be in the way.
        """
        mended = self._mend(child.quick_deaths > 0)
        if mended is not Mended.NOTHING:
            _signal([self.admin], signal.SIGKILL)
        if mended is Mended.ELSEWHERE:
            _signal(self.workers, signal.SIGTERM)

    def _reload(self) -> None:
        if self.admin.pid:
            _signal([self.admin], signal.SIGHUP)
        else:
            self.admin.reload = True

    def _bury(self) -> None:
        """Everyone who died; one SIGCHLD may stand for several."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for child in self.all:
                if child.pid == pid:
                    self._plan_successor(child, status)

    def _plan_successor(self, child: Child, status: int) -> None:
        now = time.monotonic()
        child.quick_deaths = child.quick_deaths + 1 if now - child.started < QUICK_DEATH else 0
        delay = _delay(child.quick_deaths)
        child.due = now + delay
        when = f"in {delay:g} s" if delay else "at once"
        log.warning("%s (pid %d) %s; replaced %s", child.name, child.pid, _cause(status), when)
        child.pid = 0
        # It knows the files as they were at our start; they have been reloaded since, or were saved
        # while nobody watched.
        self.admin.reload |= child is self.admin

    def _stop(self, children: list[Child], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        _signal(children, signal.SIGTERM)
        while any(child.pid for child in children) and time.monotonic() < deadline:
            match self._wait(deadline):
                case signal.SIGCHLD:
                    self._collect()
                case signal.SIGTERM | signal.SIGINT:  # asked twice: at once
                    break
        _signal(children, signal.SIGKILL)
        while any(child.pid for child in children):
            self._wait(time.monotonic() + 1)
            self._collect()

    def _collect(self) -> None:
        for child in self.all:
            if child.pid and os.waitpid(child.pid, os.WNOHANG)[0]:
                child.pid = 0
                child.due = float("inf")


def _live(child: Child, *, hears_of_reloads: bool) -> None:
    """In the new process; never returns. SIGHUP comes blocked, and to ignore it forgets one that
    waits: who hears of reloads takes it when it is ready to.
    """
    status = 1
    try:
        _be_called(child.name)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's ^C: the supervisor decides
        if not hears_of_reloads:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        child.run()
        status = 0
    except BaseException:
        log.exception("%s failed", child.name)
    finally:
        logging.shutdown()
        os._exit(status)


def _be_called(name: str) -> None:
    """What `ps -e` and `top` show: blocker worker0."""
    with contextlib.suppress(OSError):
        Path("/proc/self/comm").write_text(f"blocker {name}")


def _delay(quick_deaths: int) -> float:
    """None for the first death; only who dies again at once has to wait."""
    return 0.0 if quick_deaths < 2 else min(LONGEST_DELAY, 0.1 * 2 ** (quick_deaths - 2))


def _cause(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"


def _signal(children: Iterable[Child], number: signal.Signals) -> None:
    for child in children:
        if child.pid:
            with contextlib.suppress(ProcessLookupError):  # somebody else has collected it
                os.kill(child.pid, number)
