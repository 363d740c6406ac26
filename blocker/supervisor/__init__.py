"""The parent of all processes: `serve` is what the command line calls."""

from blocker.supervisor.start import serve

__all__ = ["serve"]
