"""Bearer tokens of the admin API: made by the command line, looked up by the admin process.

Rule: the file holds hashes only. A plain SHA-256 is enough, because a token is 256 random bits:
slow hashes protect what people choose, and nobody can try 2^256 tokens however fast the hash is.
When a token was last used stands in a file of its own, which may be lost: that the one with the
hashes is written seldom, and only by a person's will, is worth more.
"""

import fcntl
import hashlib
import hmac
import json
import logging
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, get_args

from blocker.errors import StartError

Scope = Literal["read", "rules", "admin"]  # each may do what those before it may

PREFIX: Final = "blocker_"  # so that a token in a log or a repository is known for what it is
NAME: Final = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"  # in the dialect of JSON Schema
NAME_IN_WORDS: Final = (
    "1 to 64 letters of a to z, digits, dots, dashes and underscores, the first a letter or a digit"
)
_SHA256: Final = re.compile(r"[0-9a-f]{64}\Z")

log = logging.getLogger(__name__)


class NoSuchToken(StartError):
    """No token has that name."""


class TokenExists(StartError):
    """A token has that name already."""


def permits(scope: Scope, needed: Scope) -> bool:
    """Whether a token of `scope` may do what takes `needed`."""
    order = get_args(Scope)
    return order.index(scope) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token once it has been given away."""

    name: str
    scope: Scope
    sha256: str
    created: str


class TokenStore:
    """`tokens.json` in the state folder; read again whenever it has changed."""

    def __init__(self, state: Path) -> None:
        self.path = state / "tokens.json"
        self.uses_path = state / "tokens.used.json"
        self._read: tuple[int, int, int] | None = None
        self._tokens: tuple[Token, ...] = ()

    def find(self, secret: str) -> Token | None:
        """The token that was given away as `secret`. Takes as long whichever it is."""
        digest = _digest(secret)
        found = None
        for token in self.tokens():
            if hmac.compare_digest(token.sha256, digest):
                found = token
        return found

    def tokens(self) -> tuple[Token, ...]:
        """All there are; none, and a line in the log, when the file cannot be read."""
        try:
            status = self.path.stat()
            version = (status.st_ino, status.st_mtime_ns, status.st_size)
            if version != self._read:
                self._read, self._tokens = version, ()
                self._tokens = self._parse()
        except FileNotFoundError:
            self._read, self._tokens = None, ()
        except (OSError, ValueError, TypeError, KeyError) as error:
            # The version is remembered, so a broken file is reported once and not for each request.
            self._tokens = ()
            log.error("%s: %s; no token is accepted until it is mended", self.path, error)  # noqa: TRY400
        return self._tokens

    def create(self, name: str, scope: Scope) -> str:
        """A new token. What is returned is nowhere else: it cannot be shown again."""
        if name.endswith("\n") or not re.match(NAME, name):
            message = f"{name!r} cannot be a token's name; it has {NAME_IN_WORDS}"
            raise StartError(message)
        if scope not in get_args(Scope):
            message = f"{scope!r} is no scope; it is read, rules or admin"
            raise StartError(message)
        secret = PREFIX + secrets.token_urlsafe(32)
        created = datetime.now(UTC).isoformat(timespec="seconds")
        with self._changing() as tokens:
            if any(token.name == name for token in tokens):
                message = f"there is a token {name} already; choose another name"
                raise TokenExists(message)
            self._write(
                self.path, _as_json((*tokens, Token(name, scope, _digest(secret), created)))
            )
        return secret

    def revoke(self, name: str) -> Token:
        """It is accepted no longer, from the next request on."""
        with self._changing() as tokens:
            for token in tokens:
                if token.name == name:
                    kept = tuple(each for each in tokens if each is not token)
                    self._write(self.path, _as_json(kept))
                    return token
        names = ", ".join(sorted(token.name for token in tokens)) or "there are none"
        message = f"there is no token {name}; tokens: {names}"
        raise NoSuchToken(message)

    def uses(self) -> dict[str, str]:
        """When each was last used, by its hash; what cannot be read is not known."""
        try:
            uses = json.loads(self.uses_path.read_bytes())
            return {str(sha256): str(moment) for sha256, moment in uses.items()}
        except (OSError, ValueError, AttributeError):
            return {}

    def write_uses(self, uses: Mapping[str, str]) -> None:
        """Of tokens that are there. Whoever knows them may lose them: no lock, no error."""
        known = {token.sha256 for token in self.tokens()}
        kept = {sha256: moment for sha256, moment in uses.items() if sha256 in known}
        with suppress(OSError):
            self._write(self.uses_path, json.dumps(kept, indent=1))

    @contextmanager
    def _changing(self) -> Iterator[tuple[Token, ...]]:
        """The tokens as they are while nobody else can change them."""
        try:
            with self._locked():
                yield self._parse() if self.path.exists() else ()
        except OSError as error:
            message = f"cannot write {self.path}: {error.strerror}; run as the user of the server"
            raise StartError(message) from None
        except (ValueError, TypeError, KeyError) as error:
            message = f"{self.path} is damaged ({error}); remove it and create the tokens anew"
            raise StartError(message) from None

    def _parse(self) -> tuple[Token, ...]:
        content = json.loads(self.path.read_bytes())
        tokens = tuple(Token(**fields) for fields in content["tokens"])
        for token in tokens:
            if token.scope not in get_args(Scope) or not _SHA256.match(token.sha256):
                message = f"the entry {token.name} is not one"
                raise ValueError(message)
        return tokens

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One writer at a time: two that read the same file would lose one token."""
        folder = self.path.parent
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
            os.fsync(lock)
        finally:
            os.close(lock)

    def _write(self, path: Path, content: str) -> None:
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content.encode())
                file.flush()
                _give_to_owner_of_folder(descriptor, path.parent)
                os.fsync(descriptor)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def _give_to_owner_of_folder(descriptor: int, folder: Path) -> None:
    """Root may create a token; the server that reads it runs as another user."""
    owner = folder.stat()
    with suppress(PermissionError):  # only root may give files away, and only root needs to
        os.fchown(descriptor, owner.st_uid, owner.st_gid)


def _as_json(tokens: tuple[Token, ...]) -> str:
    return json.dumps({"tokens": [asdict(token) for token in tokens]}, indent=1)


def _digest(secret: str) -> str:
    # A header may hold octets that are no text; they are no token either, and no reason to fail.
    return hashlib.sha256(secret.encode(errors="backslashreplace")).hexdigest()
