"""`blocker serve`, step by step: check, bind, give up rights, write the generation, fork."""

import fcntl
import logging
import os
import pwd
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from blocker.admin.plan import Plan, prepare
from blocker.errors import StartError
from blocker.link import Generation, link_pair
from blocker.sockets import Address, DnsSockets, bind_admin, bind_dns
from blocker.spare import can_do_without, remove_spare, spare_run
from blocker.store import effective, read_settings, write_configured
from blocker.supervisor import privileges
from blocker.supervisor.alone import claim_alone
from blocker.supervisor.banner import banner
from blocker.supervisor.children import Child, Children
from blocker.supervisor.ground import Ground
from blocker.supervisor.leftovers import clear_leftovers

log = logging.getLogger(__name__)


def serve(config: Path | None, say: Callable[[str], object] = sys.stdout.write) -> None:
    """Until SIGTERM or SIGINT. StartError or Problems when it cannot be done."""
    # Who asks for a reload while we compile gets it afterwards; who wants us to end need not wait.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    logging.basicConfig(format="blocker: %(message)s", level=logging.INFO)
    plan = prepare(config, meanwhile=_load_worker)
    _must_be_guarded(plan)
    state = Path(plan.state)
    sockets = bind_dns(
        _addresses(plan.listen), plan.workers, _addresses(plan.dot), _addresses(plan.doh)
    )
    admin_socket = bind_admin(Address(*plan.admin))
    privileges.claim(state, plan.user)
    privileges.drop(plan.user)
    claim_alone(state)  # held until we end, and by us alone
    clear_leftovers(state)
    for warning in (*plan.warnings, *_unreadable(plan)):
        log.warning("%s; names resolve all the same", warning)
    if plan.doh:
        _load_https()
    configured = plan.generation
    plan = _with_first_generation(plan, state)
    say(banner(plan))
    sys.stdout.flush()
    _children(Ground(plan, configured), sockets, admin_socket).run()


def _load_worker() -> None:
    """Before the fork and the loss of rights: shared by all, and a new worker is there at once."""
    import blocker.worker  # noqa: F401


def _load_https() -> None:
    """Likewise, where it is served."""
    from blocker.worker.listeners import load_https

    load_https()


def _must_be_guarded(plan: Plan) -> None:
    """A page that switches protection off is not for everyone on the network."""
    host = plan.admin[0]
    if not (host.startswith("127.") or host == "::1" or plan.tokens):
        raise StartError(
            f"admin.listen is {Address(*plan.admin)}, which others can reach, and no token guards "
            "it; run `blocker token create --name NAME --scope admin`, or listen on 127.0.0.1"
        )


def _addresses(given: list[tuple[str, int]]) -> list[Address]:
    return [Address(*address) for address in given]


def _unreadable(plan: Plan) -> Iterator[str]:
    """A renewed key is read by the user we are now; that this one can be, shows at once."""
    if (given := plan.generation.encrypted) is None or plan.warnings:
        return
    for path in (given["certificate"], given["key"]):
        if not os.access(path, os.R_OK):
            user = _own_name()
            yield (
                f"the user {user} cannot read {path}, so nobody is answered encrypted; let its "
                f"group (chgrp {user} {path}, chmod 640 {path}; the folders above need chmod g+x)"
            )


def _own_name() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # as in a container
        return str(os.geteuid())


def _with_first_generation(plan: Plan, state: Path) -> Plan:
    """Numbers grow over restarts, and what was changed later outlives them."""
    try:
        number = Generation.read(state).number + 1
    except (OSError, ValueError):
        number = 1
    now = datetime.now(UTC).timestamp()
    generation = replace(effective(plan.generation, read_settings(state), now), number=number)
    run = ""
    try:
        _write(plan.generation, generation, state)
        remove_spare(state, Path(generation.ruleset))
    except OSError as error:
        if not can_do_without(state, error):
            raise StartError(
                f"cannot write to the state folder {state}: {error.strerror}; "
                "make it writable for this user, or set state: to another path"
            ) from error
        run = str(spare_run(state))
        _write(plan.generation, generation, Path(run))
        log.error(  # noqa: TRY400 - no trace: it is about the disk
            "cannot write to the state folder %s: %s; names resolve, but nothing can be changed or "
            "logged; mend it and start anew (running from %s)", state, error.strerror, run,
        )  # fmt: skip
    return replace(plan, generation=generation, run=run)


def _write(configured: Generation, generation: Generation, folder: Path) -> None:
    write_configured(configured, folder)
    generation.write(folder)


def _children(ground: Ground, sockets: list[DnsSockets], admin_socket: socket.socket) -> Children:
    links = [link_pair() for _ in sockets]
    lifeline, held = os.pipe()  # ends when the supervisor does, however it does

    def worker(index: int) -> None:
        os.close(held)
        _end_with(lifeline)
        admin_socket.close()
        for other, (mine, theirs) in enumerate(links):
            theirs.close()
            if other != index:
                mine.close()
                sockets[other].close()
        from blocker.worker import run

        own = sockets[index]
        state = ground.plan.running
        run(index, own.udp, own.tcp, links[index][0], lifeline, state, own.tls, own.https)

    def admin() -> None:
        os.close(held)
        _end_with(lifeline)
        for each, (theirs, _) in zip(sockets, links, strict=True):
            each.close()
            theirs.close()
        from blocker.admin.app import run

        run(ground.plan, admin_socket, [mine for _, mine in links], lifeline)

    workers = [Child(f"worker{index}", partial(worker, index)) for index in range(len(sockets))]
    return Children(workers, Child("admin", admin), lambda whole: ground.mend(whole=whole))


def _end_with(lifeline: int) -> None:
    """Also a child that still loads its program, or hangs, ends with the supervisor: it would keep
    the sockets from the next one. At the end of the pipe the kernel sends SIGIO, which kills.
    """
    own = os.open(f"/proc/self/fd/{lifeline}", os.O_RDONLY | os.O_NONBLOCK)  # owned by us alone
    fcntl.fcntl(own, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(own, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
    with suppress(BlockingIOError):  # it lives; else the signal has been sent already
        os.read(own, 1)
        os._exit(1)
