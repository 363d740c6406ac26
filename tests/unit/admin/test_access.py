"""Tokens from addresses: right ones, wrong ones, and too many of those."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from blocker.admin.access import Access, LockedOut
from blocker.admin.lastuse import LastUse
from blocker.admin.lockout import PERIOD, TRIES, Lockout
from blocker.tokens import TokenStore

HERE, THERE = "192.0.2.7", "192.0.2.8"


def test_a_right_token_is_known_and_its_use_noted(tmp_path: Path) -> None:
    access = Access.of(tmp_path)
    secret = access.tokens.create("phone", "rules")
    token = access.token(secret, HERE)
    assert token
    assert token.name == "phone"
    used = access.last_use.of(token)
    assert used
    assert abs((datetime.now(UTC) - used).total_seconds()) < 5


def test_from_a_locked_address_a_right_token_is_refused_as_well(tmp_path: Path) -> None:
    tokens, now = TokenStore(tmp_path), [100.0]
    access = Access(tokens, LastUse(tokens), Lockout(), lambda: now[0])
    secret = tokens.create("phone", "read")
    assert [access.token("wrong", HERE) for _ in range(TRIES)] == [None] * TRIES
    with pytest.raises(LockedOut) as caught:
        access.token(secret, HERE)
    assert caught.value.seconds == PERIOD
    assert access.token(secret, THERE)
    ((address, until),) = access.locked()
    assert address == HERE
    assert 0 < (until - datetime.now(UTC)).total_seconds() <= PERIOD
    now[0] += PERIOD
    assert access.token(secret, HERE)
    assert access.locked() == []


def test_no_token_is_no_try(tmp_path: Path) -> None:
    access = Access.of(tmp_path)
    assert [access.token("", HERE) for _ in range(TRIES * 2)] == [None] * TRIES * 2
    assert access.locked() == []


def test_right_tokens_in_between_do_not_make_wrong_ones_forgotten(tmp_path: Path) -> None:
    access = Access.of(tmp_path)
    secret = access.tokens.create("phone", "read")
    for _ in range(TRIES):
        assert access.token(secret, HERE)
        assert access.token("wrong", HERE) is None
    with pytest.raises(LockedOut):
        access.token(secret, HERE)


def test_a_token_holds_until_it_is_revoked(tmp_path: Path) -> None:
    access = Access.of(tmp_path)
    token = access.token(access.tokens.create("phone", "read"), HERE)
    assert token
    assert access.holds(token)
    TokenStore(tmp_path).revoke("phone")
    access.tokens.create("phone", "read")
    assert not access.holds(token)
