"""The process that answers: an engine, its listeners and its upstreams in one event loop."""

from blocker.worker.live import run

__all__ = ["run"]
