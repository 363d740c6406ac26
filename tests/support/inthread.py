"""A server that runs in a thread of its own, with an event loop of its own, as long as a test."""

import asyncio
import threading
from abc import ABC, abstractmethod
from concurrent.futures import Future
from typing import Self


class InThread(ABC):
    """`port` is where it listens, on loopback."""

    def __init__(self) -> None:
        self._ready: Future[int] = Future()
        self._over = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    @property
    def port(self) -> int:
        return self._ready.result(5)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.result(5)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._over.set)
            self._thread.join(5)

    @abstractmethod
    async def _serve(self) -> None:
        """Listen, say on which port by `_listening`, and go away after that."""

    async def _listening(self, port: int) -> None:
        """Until the test is over."""
        self._ready.set_result(port)
        await self._over.wait()

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self._serve()
