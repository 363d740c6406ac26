"""The command line: `blocker`, and `python -m blocker`."""

from blocker.cli.app import app, main

__all__ = ["app", "main"]
