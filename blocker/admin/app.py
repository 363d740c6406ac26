"""The admin process: an aiohttp application on a socket the supervisor has bound.

Rule: nothing that happens here is felt by DNS. Its death is noticed by nobody but its users.
"""

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Sequence
from http import HTTPStatus
from pathlib import Path
from socket import socket
from typing import cast

from aiohttp import web

from blocker import control
from blocker.admin.alive import tell_service_manager
from blocker.admin.api import (
    audit,
    clients,
    docs,
    explain,
    groups,
    health,
    lists,
    pause,
    private_dns,
    queries,
    reload,
    report,
    rescue,
    rules,
    settings,
    shadow,
    stats,
    status,
    subscriptions,
    switches,
    tokens,
)
from blocker.admin.api.endpoint import BACKEND, Backend, Endpoint
from blocker.admin.api.openapi import openapi
from blocker.admin.auth import auth
from blocker.admin.connections import Connections
from blocker.admin.lapse import lapse_when_due
from blocker.admin.plan import Plan
from blocker.admin.problem_details import problem_details
from blocker.admin.reload import Generations
from blocker.admin.roster import Roster
from blocker.admin.security import add_headers, security
from blocker.certificate import Certificate
from blocker.notify import notify, reloading
from blocker.tokens import Scope

BASE = "/api/v1/"
LARGEST_BODY = 64 * 1024
LONGEST_LINE = 16 * 1024  # a rule of 1024 characters, each of which may take twelve in a path
IDLE = 30.0  # seconds that a connection may wait, or take to say what it wants
NICENESS = 5  # where a core is shared, a worker comes first
GRACE = 0.5  # seconds for requests under way when told to stop

ENDPOINTS: tuple[Endpoint, ...] = (
    *status.ENDPOINTS,
    *explain.ENDPOINTS,
    *rules.ENDPOINTS,
    *switches.ENDPOINTS,
    *pause.ENDPOINTS,
    *rescue.ENDPOINTS,
    *shadow.ENDPOINTS,
    *audit.ENDPOINTS,
    *lists.ENDPOINTS,
    *subscriptions.ENDPOINTS,
    *reload.ENDPOINTS,
    *tokens.ENDPOINTS,
    *settings.ENDPOINTS,
    *queries.ENDPOINTS,
    *stats.ENDPOINTS,
    *report.ENDPOINTS,
    *clients.ENDPOINTS,
    *groups.ENDPOINTS,
    *private_dns.ENDPOINTS,
)

log = logging.getLogger(__name__)


def run(plan: Plan, sock: socket, links: Sequence[socket], lifeline: int) -> None:
    """Until SIGTERM; at once when `lifeline` ends, for then the supervisor is gone."""
    os.nice(NICENESS)
    asyncio.run(_live(plan, sock, links, lifeline))


def application(backend: Backend) -> web.Application:
    scopes: dict[tuple[str, str], Scope] = {
        (endpoint.method, BASE + endpoint.path): endpoint.scope for endpoint in ENDPOINTS
    }
    app = web.Application(
        client_max_size=LARGEST_BODY,
        middlewares=[problem_details, auth(backend.access, scopes), security(_hosts(backend))],
    )
    app[BACKEND] = backend
    app.on_response_prepare.append(add_headers)
    for path, respond in health.ROUTES:
        app.router.add_get(path, respond)
    for endpoint in ENDPOINTS:
        app.router.add_route(endpoint.method, BASE + endpoint.path, endpoint.serve)
    app.router.add_get(f"{BASE}openapi.json", _openapi)
    app.router.add_get("/", _to_docs)
    app.router.add_get("/api/docs", _docs)
    app.router.add_get("/api/docs/style.css", docs.style)
    return app


def runner_of(app: web.Application, idle: float = IDLE) -> web.AppRunner:
    """What is silent, or in the middle of its headers, for `idle` seconds is hung up on."""
    return web.AppRunner(
        app,
        access_log=None,
        shutdown_timeout=GRACE,
        max_line_size=LONGEST_LINE,
        keepalive_timeout=idle,
    )


def _hosts(backend: Backend) -> Callable[[], Sequence[str]]:
    """Those of the configuration that was read last."""
    return lambda: backend.generations.plan.hosts


async def _openapi(request: web.Request) -> web.Response:
    return web.json_response(openapi(ENDPOINTS, BASE))


async def _to_docs(request: web.Request) -> web.Response:
    """For who has opened the address that `serve` prints."""
    return web.Response(status=HTTPStatus.FOUND, headers={"Location": "/api/docs"})


async def _docs(request: web.Request) -> web.Response:
    return docs.response(openapi(ENDPOINTS, BASE))


async def _live(plan: Plan, sock: socket, links: Sequence[socket], lifeline: int) -> None:
    loop = asyncio.get_running_loop()
    stop, hang_up = asyncio.Event(), asyncio.Event()
    loop.add_reader(lifeline, os._exit, 1)
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_signal_handler(signal.SIGHUP, hang_up.set)
    state = Path(plan.state)
    roster = Roster(links, plan.running, run=plan.generation.number)
    generations = Generations(plan, roster)
    backend = Backend.of(roster, generations)
    app = application(backend)
    runner = runner_of(app)
    await runner.setup()
    certificate = Certificate(*plan.tls, ["http/1.1"]) if plan.tls else None
    context = certificate.contexts[0] if certificate else None
    connections = Connections(sock, cast(web.Server, runner.server), context)
    connections.open()
    await _open_control(runner, state)
    roster.listen()
    signal.pthread_sigmask(signal.SIG_SETMASK, ())  # the supervisor waits for signals blocked
    try:
        await _work(backend, hang_up, stop, certificate)
    finally:  # also when a task has failed: what was counted goes to disk first
        control.unbind(state)
        roster.read_all()
        if backend.record:
            await backend.record.write()
        if backend.querylog:
            await backend.querylog.close()
        connections.close()
        await runner.cleanup()
        generations.store.close()


async def _work(
    backend: Backend, hang_up: asyncio.Event, stop: asyncio.Event, certificate: Certificate | None
) -> None:
    """All that goes on beside requests, until `stop`, or until one of it fails."""
    generations = backend.generations
    async with asyncio.TaskGroup() as tasks:
        living = [
            tasks.create_task(_reload_when_told(generations, hang_up)),
            tasks.create_task(backend.watch.run()),
            tasks.create_task(backend.refresher.run()),
            tasks.create_task(backend.devices.run()),
            tasks.create_task(backend.hostnames.run()),
            tasks.create_task(lapse_when_due(generations)),
            tasks.create_task(tell_service_manager(backend.roster, generations)),
            tasks.create_task(backend.access.last_use.run()),
        ]
        if backend.querylog:
            living.append(tasks.create_task(backend.querylog.run()))
        if backend.record:
            living.append(tasks.create_task(backend.record.run()))
        if certificate:
            living.append(tasks.create_task(certificate.run()))
        await stop.wait()
        for task in living:
            task.cancel()


async def _open_control(runner: web.AppRunner, state: Path) -> None:
    try:
        await web.SockSite(runner, control.bind(state)).start()
    except OSError as error:
        path = control.socket_path(state)
        log.warning("%s: %s; the command line cannot reach this server", path, error.strerror)


async def _reload_when_told(generations: Generations, hang_up: asyncio.Event) -> None:
    await generations.catch_up_and_log()
    while True:
        await hang_up.wait()
        hang_up.clear()
        reloading()
        await generations.reload_and_log()
        notify("READY=1")
