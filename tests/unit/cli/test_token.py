"""token: create, list, revoke, without a server."""

import json
from pathlib import Path
from typing import Any

import pytest

from blocker.tokens import TokenStore
from tests.support.commands import Commands


def test_tokens_are_made_listed_and_revoked(tmp_path: Path) -> None:
    commands = Commands(tmp_path)
    assert commands.run("token", "list") == ""
    assert "No tokens" in commands.noted
    secret = commands.run("token", "create", "--name", "phone", "--scope", "rules").strip()
    store = TokenStore(commands.state)
    found = store.find(secret)
    assert found
    assert found.scope == "rules"
    assert "http://127.0.0.1:8053/api/v1/status" in commands.noted
    assert "never" in commands.run("token", "list")
    store.write_uses({found.sha256: "2026-11-24T03:00:00+00:00"})
    (shown,) = json.loads(commands.run("token", "list", "--json"))
    assert shown == {
        "name": "phone",
        "scope": "rules",
        "created": found.created,
        "last_used": "2026-11-24T03:00:00+00:00",
    }
    commands.run("token", "revoke", "phone")
    assert commands.noted == "revoked: phone, scope rules\n"
    assert store.find(secret) is None
    assert "there is no token phone" in commands.run("token", "revoke", "phone", code=1)


def test_tokens_of_another_user_are_not_told_to_be_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = Commands(tmp_path)
    commands.run("token", "create", "--name", "phone", "--scope", "rules")
    real = Path.open

    def closed(path: Path, mode: str = "r", **more: Any) -> Any:
        if path.name == "tokens.json":
            raise PermissionError
        return real(path, mode, **more)

    monkeypatch.setattr(Path, "open", closed)
    said = commands.run("token", "list", code=1)
    assert f"{commands.state}/tokens.json is not yours to open; " in said


def test_a_token_is_taken_back_whatever_else_is_wrong(tmp_path: Path) -> None:
    commands = Commands(tmp_path)
    secret = commands.run("token", "create", "--name", "phone", "--scope", "rules").strip()
    with commands.config.open("a") as file:
        file.write("bad: 1\n")
    commands.run("token", "revoke", "phone")
    assert "bad: unknown key" in commands.noted
    assert TokenStore(commands.state).find(secret) is None
