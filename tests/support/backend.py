"""The admin side without processes: real socket pairs, a real ruleset, and workers that are told
what to say.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestClient, TestServer

from blocker.admin.api.endpoint import Backend
from blocker.admin.app import application
from blocker.admin.plan import Plan
from blocker.admin.prepare import make_plan
from blocker.admin.reload import Generations
from blocker.admin.roster import Roster
from blocker.core.row import Row, encode
from blocker.link import LIMIT, Link, Tally, decode_notice, link_pair
from blocker.store import Edit, Key
from blocker.store.settings import Value
from blocker.tokens import TokenStore
from tests.support.lists import write_lists


class ScriptedWorker:
    """The worker's end of a link: takes every generation, or refuses, or is silent."""

    def __init__(self, number: int, link: Link) -> None:
        self.tally = Tally(worker=number, pid=1000 + number, generation=1)
        self.link = link
        self.refuses = ""
        self.silent = False
        asyncio.get_running_loop().add_reader(link.sock.fileno(), self._on_notice)

    def tell(self, **counted: Any) -> None:
        self.tally = replace(self.tally, **counted)
        assert self.link.send(self.tally.encode())

    def _on_notice(self) -> None:
        number = max(decode_notice(message) for message in self.link.receive())
        if self.silent:
            return
        if self.refuses:
            self.tell(refused=number, error=self.refuses)
            self.refuses = ""
        else:
            self.tell(generation=number, refused=0, error="")


class Admin:
    """What a test talks to."""

    def __init__(self, backend: Backend, client: Any, worker: ScriptedWorker, plan: Plan) -> None:
        self.backend = backend
        self.client = client
        self.worker = worker
        self.config = Path(plan.config or "")
        self.state = Path(plan.state)
        self._token = ""

    @property
    def generations(self) -> Generations:
        return self.backend.generations

    async def change(self, values: Mapping[Key, Value | None]) -> None:
        """As the API does, without its checks."""
        store, edit = self.generations.store, Edit("test", values)
        await self.generations.change(lambda _: store.apply(edit, "test", now()))

    async def pause(self, seconds: float) -> None:
        await self.change({Key("pause"): {"until": now() + seconds}})

    async def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """One of the API's paths, with a token that may do all."""
        if not self._token:
            self._token = TokenStore(self.state).create("tester", "admin")
        headers = {"Authorization": f"Bearer {self._token}"}
        url = f"/api/v1/{path}"
        async with self.client.request(method, url, json=body, headers=headers) as response:
            told = await response.json()
            assert response.status == status, told
            return told

    def hear(self, **counted: Any) -> None:
        """The worker tells, and admin has read it."""
        self.worker.tell(**counted)
        self._read()

    def tell_rows(self, *rows: Row) -> None:
        """As `hear`, of queries."""
        for row in rows:
            for message, _ in encode([row], LIMIT):
                assert self.worker.link.sock.send(message)
        self._read()

    def _read(self) -> None:
        for link in self.backend.roster.links:
            self.backend.roster.read(link)

    def configure(self, extra: str) -> None:
        self.config.write_text(plain(self.config.parent) + extra)


def now() -> float:
    return datetime.now(UTC).timestamp()


def plain(folder: Path) -> str:
    return f"state: {folder}/state\nlists: {folder}/lists\nupstreams: ['udp://192.0.2.53']\n"


def first_plan(folder: Path, extra: str = "") -> Plan:
    """As `serve` makes it: compiled, and written as generation 1."""
    if not (folder / "lists").exists():
        write_lists(folder / "lists")
    config = folder / "blocker.yaml"
    config.write_text(plain(folder) + extra)
    plan = make_plan(config)
    replace(plan.generation, number=1).write(Path(plan.state))
    return plan


def play(
    folder: Path,
    scenario: Callable[[Admin], Awaitable[None]],
    *,
    extra: str = "",
    tell: bool = True,
) -> None:
    """Run a scenario against an application that answers on a loopback port."""

    async def run() -> None:
        plan = first_plan(folder, extra)
        with ExitStack() as stack:
            worker_end, admin_end = map(stack.enter_context, link_pair())
            roster = Roster([admin_end], Path(plan.state), run=1)
            roster.listen()
            generations = Generations(plan, roster)
            backend = Backend.of(roster, generations)
            app = application(backend)
            worker = ScriptedWorker(0, Link(worker_end))
            async with TestClient(TestServer(app)) as client:
                if tell:
                    worker.tell()
                    await roster.wait_for(1, 2)
                await scenario(Admin(backend, client, worker, plan))

    asyncio.run(run())
