"""To a running server: its API over the control socket, for commands.

server = Server.of(config)          the one that runs with this configuration's state folder
server.get("rules", name="x"); server.post("rules", {...}); server.delete("rules/1f0c9a2e")

Errors are what a person can put right, and printed as they are. NoServer: none runs. Faults in the
configuration are no reason not to ask: the server runs on without having read them, and the hurry
may be great. They are a note beside its answer.
"""

import json
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import quote, urlencode

import typer

from blocker import control
from blocker.cli.called import not_yours
from blocker.errors import BlockerError, StartError

BASE: Final = "/api/v1/"
PATIENCE: Final = 120.0  # seconds; a reload compiles


class NoServer(StartError):
    """No server runs with this state folder."""


class Declined(BlockerError):
    """The server says no, and what to do instead."""


class Server:
    """One request, one connection: nothing is left open between them."""

    def __init__(self, state: Path, seconds: float = PATIENCE, faults: str = "") -> None:
        self.state = state
        self._seconds = seconds
        self._faults = faults

    @classmethod
    def of(cls, config: Path | None, seconds: float = PATIENCE) -> Self:
        from blocker.config.state import state_of

        state, faults = state_of(config)
        return cls(state, seconds, faults)

    def get(self, path: str, **query: Any) -> Any:
        """Query values that are None are left out."""
        return self._ask("GET", _with_query(path, query), None)

    def post(self, path: str, body: Any = None) -> Any:
        return self._ask("POST", path, {} if body is None else body)

    def put(self, path: str, body: Any) -> Any:
        return self._ask("PUT", path, body)

    def delete(self, path: str, **query: Any) -> Any:
        return self._ask("DELETE", _with_query(path, query), None)

    def _ask(self, method: str, path: str, body: Any) -> Any:
        connection = _Connection(self.state, self._seconds)
        headers = {} if body is None else {"Content-Type": "application/json"}
        sent = None if body is None else json.dumps(body)
        try:
            connection.request(method, BASE + quote(path, safe="/?&=%+"), sent, headers)
            response = connection.getresponse()
            status, content = response.status, response.read()
        except (FileNotFoundError, ConnectionRefusedError):
            message = f"no server runs with the state folder {self.state}; start one: blocker serve"
            raise NoServer("\n".join(filter(None, (message, self._faults)))) from None
        except PermissionError:
            raise not_yours(control.socket_path(self.state)) from None
        except (OSError, HTTPException) as error:
            message = f"the server with the state folder {self.state} does not answer: {error}"
            raise StartError(message) from None
        finally:
            connection.close()
        self._note_faults()
        if status >= 400:
            raise Declined(_in_words(content))
        return json.loads(content)

    def _note_faults(self) -> None:
        """Once; without a server whatever reads the configuration then says them."""
        if self._faults:
            note = "note: the server runs on with what it had read; its file now has errors:"
            typer.echo(f"{note}\n{self._faults}", err=True)
            self._faults = ""


class _Connection(HTTPConnection):
    """HTTP over the socket."""

    def __init__(self, state: Path, seconds: float) -> None:
        super().__init__("localhost", timeout=seconds)
        self._state = state
        self._patience = seconds

    def connect(self) -> None:
        self.sock = control.connect(self._state, self._patience)


def _with_query(path: str, query: Mapping[str, Any]) -> str:
    said = {name: value for name, value in query.items() if value is not None}
    return f"{path}?{urlencode(said)}" if said else path


def _in_words(content: bytes) -> str:
    """Problem details as lines; each fault with its place, unless it stands in the detail."""
    try:
        told = json.loads(content)
        lines = [str(told["detail"])]
        for fault in told.get("errors", ()):
            where, what = fault.get("where", ""), fault.get("what", "")
            if what not in told["detail"]:
                lines.append(f"  {where}: {what}" if where else f"  {what}")
    except (ValueError, KeyError, TypeError):
        return content.decode(errors="replace")
    return "\n".join(lines)
