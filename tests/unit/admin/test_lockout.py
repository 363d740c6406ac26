"""Who is locked out, for how long, and how much is remembered of it."""

import logging

import pytest

from blocker.admin.lockout import MOST, PERIOD, TRIES, Lockout


def guess(lockout: Lockout, peer: str, times: int, now: float = 0.0) -> None:
    for _ in range(times):
        lockout.wrong(peer, now)


def test_five_wrong_tries_lock_an_address_for_a_quarter_of_an_hour(
    caplog: pytest.LogCaptureFixture,
) -> None:
    lockout = Lockout()
    with caplog.at_level(logging.WARNING):
        guess(lockout, "192.0.2.7", TRIES - 1)
        assert (lockout.remaining("192.0.2.7", 1), caplog.messages) == (0.0, [])
        guess(lockout, "192.0.2.7", 1, 10.0)
    assert caplog.messages == ["192.0.2.7 sent 5 wrong tokens: locked out for 15 min"]
    assert lockout.remaining("192.0.2.7", 11.0) == PERIOD - 1
    assert lockout.remaining("192.0.2.7", 10.0 + PERIOD) == 0.0
    assert lockout.remaining("192.0.2.8", 11.0) == 0.0


def test_tries_are_forgotten_after_the_period() -> None:
    lockout = Lockout()
    guess(lockout, "192.0.2.7", TRIES - 1, 0.0)
    guess(lockout, "192.0.2.7", TRIES - 1, PERIOD)
    assert lockout.remaining("192.0.2.7", PERIOD) == 0.0
    guess(lockout, "192.0.2.7", 1, PERIOD + 1)
    assert lockout.remaining("192.0.2.7", PERIOD + 1) == PERIOD


def test_who_was_locked_out_begins_anew() -> None:
    lockout = Lockout()
    guess(lockout, "192.0.2.7", TRIES)
    guess(lockout, "192.0.2.7", TRIES - 1, PERIOD)
    assert lockout.remaining("192.0.2.7", PERIOD) == 0.0


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        ("::1", "::2", False),
        ("192.0.2.7", "192.0.2.8", False),
        ("127.0.0.1", "127.0.0.2", False),
    ],
)
def test_what_is_one_address(one: str, other: str, same: bool) -> None:
    lockout = Lockout()
    guess(lockout, one, TRIES)
    assert (lockout.remaining(other, 1.0) > 0) is same


def test_memory_is_bounded_and_the_newest_are_kept() -> None:
    lockout = Lockout()
    for number in range(MOST + 100):
        guess(lockout, f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", TRIES)
    locked = lockout.locked(1.0)
    assert len(locked) == MOST
    assert lockout.remaining("10.0.0.0", 1.0) == 0.0
    assert locked[0].address == f"10.0.{(MOST + 99) >> 8}.{(MOST + 99) & 255}"


def test_only_who_is_locked_out_is_shown() -> None:
    lockout = Lockout()
    guess(lockout, "192.0.2.7", TRIES)
    guess(lockout, "192.0.2.8", TRIES - 1)
    assert [(each.address, each.until) for each in lockout.locked(1.0)] == [("192.0.2.7", PERIOD)]
    assert lockout.locked(PERIOD) == []
