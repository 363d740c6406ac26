"""`blocker serve`, step by step: check, bind, give up rights, write the generation, fork."""

import logging
import os
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from blocker.admin.plan import Plan, prepare
from blocker.errors import StartError
from blocker.link import Generation, link_pair
from blocker.sockets import Address, DnsSockets, bind_admin, bind_dns
from blocker.store import effective, read_settings, write_configured
from blocker.supervisor import privileges
from blocker.supervisor.banner import banner
from blocker.supervisor.children import Child, Children


def serve(config: Path | None, say: Callable[[str], object] = sys.stdout.write) -> None:
    """Until SIGTERM or SIGINT. StartError or Problems when it cannot be done."""
    logging.basicConfig(format="blocker: %(message)s", level=logging.INFO)
    plan = prepare(config, meanwhile=_load_worker)
    _must_be_guarded(plan)
    state = Path(plan.state)
    sockets = bind_dns([Address(*address) for address in plan.listen], plan.workers)
    admin_socket = bind_admin(Address(*plan.admin))
    privileges.claim(state, plan.user)
    privileges.drop(plan.user)
    plan = replace(plan, generation=_first_generation(plan, state))
    say(banner(plan))
    sys.stdout.flush()
    _children(plan, sockets, admin_socket).run()


def _load_worker() -> None:
    """Before the fork and the loss of rights: shared by all, and a new worker is there at once."""
    import blocker.worker  # noqa: F401


def _must_be_guarded(plan: Plan) -> None:
    """A page that switches protection off is not for everyone on the network."""
    host = plan.admin[0]
    if not (host.startswith("127.") or host == "::1" or plan.tokens):
        raise StartError(
            f"admin.listen is {Address(*plan.admin)}, which others can reach, and no token guards "
            "it; run `blocker token create --name NAME --scope admin`, or listen on 127.0.0.1"
        )


def _first_generation(plan: Plan, state: Path) -> Generation:
    """Numbers grow over restarts, and what was changed later outlives them."""
    try:
        number = Generation.read(state).number + 1
    except (OSError, ValueError):
        number = 1
    now = datetime.now(UTC).timestamp()
    generation = replace(effective(plan.generation, read_settings(state), now), number=number)
    try:
        write_configured(plan.generation, state)
        generation.write(state)
    except OSError as error:
        raise StartError(
            f"cannot write to the state folder {state}: {error.strerror}; "
            "make it writable for this user, or set state: to another path"
        ) from error
    return generation


def _children(plan: Plan, sockets: list[DnsSockets], admin_socket: socket.socket) -> Children:
    links = [link_pair() for _ in sockets]
    lifeline, held = os.pipe()  # ends when the supervisor does, however it does

    def worker(index: int) -> None:
        os.close(held)
        admin_socket.close()
        for other, (mine, theirs) in enumerate(links):
            theirs.close()
            if other != index:
                mine.close()
                _close(sockets[other])
        from blocker.worker import run

        own = sockets[index]
        run(index, own.udp, own.tcp, links[index][0], lifeline, Path(plan.state))

    def admin() -> None:
        os.close(held)
        for each, (theirs, _) in zip(sockets, links, strict=True):
            _close(each)
            theirs.close()
        from blocker.admin.app import run

        run(plan, admin_socket, [mine for _, mine in links], lifeline)

    workers = [Child(f"worker{index}", partial(worker, index)) for index in range(len(sockets))]
    return Children(workers, Child("admin", admin))


def _close(sockets: DnsSockets) -> None:
    for sock in (*sockets.udp, *sockets.tcp):
        sock.close()
