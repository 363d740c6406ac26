"""Tokens: given once, found by their hash, read again when the file changes."""

import hmac
import json
import logging
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from blocker.errors import StartError
from blocker.tokens import PREFIX, Scope, TokenStore, permits


def test_a_token_is_found_by_what_was_given_away(tmp_path: Path) -> None:
    store = TokenStore(tmp_path)
    grafana = store.create("grafana", "read")
    owner = store.create("owner", "admin")
    found = [store.find(secret) for secret in (grafana, owner)]
    assert [(token.name, token.scope) for token in found if token] == [
        ("grafana", "read"),
        ("owner", "admin"),
    ]


def test_every_token_is_compared_in_constant_time_found_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []
    store = TokenStore(tmp_path)
    first, *_ = [store.create(name, "read") for name in ("one", "two", "three")]
    constant_time = hmac.compare_digest

    def compare(known: str, given: str) -> bool:
        compared.append(known)
        return constant_time(known, given)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    assert store.find(first) is not None
    assert store.find("x") is None
    assert compared == [token.sha256 for token in store.tokens()] * 2


@pytest.mark.parametrize("secret", ["", "x", PREFIX, "bl\u00f6cker", "\udcff"])
def test_what_was_not_given_away_is_not_found(tmp_path: Path, secret: str) -> None:
    store = TokenStore(tmp_path)
    assert store.find(secret) is None
    given = store.create("one", "read")
    assert store.find(secret) is None
    assert store.find(given[:-1]) is None
    assert store.find(f"{given} ") is None


def test_tokens_are_long_and_never_alike(tmp_path: Path) -> None:
    store = TokenStore(tmp_path)
    given = {store.create(f"token-{number}", "read") for number in range(20)}
    assert len(given) == 20
    assert all(len(secret) == len(PREFIX) + 43 for secret in given)  # 256 bits in base64


def test_the_file_holds_no_secret_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    store = TokenStore(tmp_path / "state")
    secret = store.create("one", "read")
    assert secret not in store.path.read_text(encoding="utf-8")
    assert secret.removeprefix(PREFIX) not in store.path.read_text(encoding="utf-8")
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o750
    assert [path.name for path in store.path.parent.iterdir()] == ["tokens.json"]


def test_the_hash_itself_is_no_token(tmp_path: Path) -> None:
    store = TokenStore(tmp_path)
    store.create("one", "read")
    (token,) = store.tokens()
    assert store.find(token.sha256) is None


def test_another_process_sees_a_new_token_and_a_removed_one(tmp_path: Path) -> None:
    server = TokenStore(tmp_path)
    assert server.tokens() == ()
    secret = TokenStore(tmp_path).create("one", "read")
    assert server.find(secret)
    server.path.write_text(json.dumps({"tokens": []}), encoding="utf-8")
    assert server.find(secret) is None
    server.path.unlink()
    assert server.tokens() == ()


WRONG = '{"tokens": [{"name": "x", "scope": "root", "sha256": "", "created": ""}]}'


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"tokens": [{"name": "x"}]}', '{"t": 1}', WRONG]
)
def test_a_damaged_file_lets_nobody_in_and_is_told_once(
    tmp_path: Path, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    store = TokenStore(tmp_path)
    secret = store.create("one", "read")
    store.path.write_text(content, encoding="utf-8")
    with caplog.at_level(logging.ERROR):
        assert [store.find(secret) for _ in range(3)] == [None] * 3
    assert len(caplog.records) == 1
    with pytest.raises(StartError, match="is damaged"):
        store.create("two", "read")


def test_names_are_unique(tmp_path: Path) -> None:
    store = TokenStore(tmp_path)
    store.create("one", "read")
    with pytest.raises(StartError, match="there is a token one already; choose another name"):
        store.create("one", "admin")
    assert [token.scope for token in store.tokens()] == ["read"]


@pytest.mark.parametrize("name", ["", "a b", "-x", "x" * 65, "a/b", "a\n"])
def test_names_are_plain(tmp_path: Path, name: str) -> None:
    with pytest.raises(StartError, match="cannot be a token's name"):
        TokenStore(tmp_path).create(name, "read")


@pytest.mark.parametrize("scope, may", [("read", 1), ("rules", 2), ("admin", 3)])
def test_each_scope_may_do_what_those_before_it_may(scope: Scope, may: int) -> None:
    needed: tuple[Scope, ...] = ("read", "rules", "admin")
    assert [permits(scope, each) for each in needed] == [True] * may + [False] * (3 - may)


def test_what_is_revoked_is_found_no_longer_by_a_server_that_runs(tmp_path: Path) -> None:
    server, person = TokenStore(tmp_path), TokenStore(tmp_path)
    phone, tv = person.create("phone", "rules"), person.create("tv", "read")
    assert server.find(phone)
    assert person.revoke("phone").name == "phone"
    assert server.find(phone) is None
    assert server.find(tv)
    with pytest.raises(StartError, match="there is no token phone; tokens: tv"):
        person.revoke("phone")


def test_the_last_use_is_of_the_token_and_not_of_its_name(tmp_path: Path) -> None:
    store = TokenStore(tmp_path)
    store.create("phone", "read")
    (token,) = store.tokens()
    assert store.uses() == {}
    store.write_uses({token.sha256: "2026-11-24T03:00:00+00:00", "0" * 64: "never there"})
    assert store.uses() == {token.sha256: "2026-11-24T03:00:00+00:00"}
    store.revoke("phone")
    store.create("phone", "read")
    assert store.tokens()[0].sha256 not in store.uses()
    assert stat.S_IMODE(store.uses_path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "[]", "5", "{"])
def test_uses_that_cannot_be_read_are_not_known(tmp_path: Path, content: str) -> None:
    store = TokenStore(tmp_path)
    store.uses_path.write_text(content, encoding="utf-8")
    assert store.uses() == {}


def test_scopes_are_read_rules_and_admin(tmp_path: Path) -> None:
    wrong: Scope = "root"  # type: ignore[assignment]
    with pytest.raises(StartError, match="it is read, rules or admin"):
        TokenStore(tmp_path).create("one", wrong)


def test_tokens_made_at_once_are_all_kept(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: _create(tmp_path, number), range(24)))
    assert len(TokenStore(tmp_path).tokens()) == 24


def _create(state: Path, number: int) -> str:
    return TokenStore(state).create(f"token-{number}", "read")


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file", encoding="utf-8")
    with pytest.raises(StartError, match=r"cannot write .*; run as the user of the server"):
        TokenStore(tmp_path / "state").create("one", "read")
