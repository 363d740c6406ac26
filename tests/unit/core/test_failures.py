"""How long a failure is remembered, and what ends it sooner."""

from blocker.core.failures import FAILURE_SECONDS, Failures


def test_a_failure_is_remembered_for_five_seconds() -> None:
    failures = Failures()
    assert not failures.until
    failures.remember(b"a", 10.0, silent=False)
    assert failures.until
    assert failures.has(b"a", 10.0 + FAILURE_SECONDS - 0.1)
    assert not failures.has(b"a", 10.0 + FAILURE_SECONDS)
    assert not failures.has(b"b", 10.0)


def test_an_answer_ends_it() -> None:
    failures = Failures()
    failures.remember(b"a", 10.0, silent=True)
    failures.forget(b"a")
    failures.forget(b"b")
    assert not failures.until


def test_the_end_of_silence_ends_what_silence_was_to_blame_for() -> None:
    failures = Failures()
    for key, silent in ((b"silent", True), (b"refused", False), (b"silent then refused", True)):
        failures.remember(key, 10.0, silent=silent)
    failures.remember(b"silent then refused", 11.0, silent=False)
    failures.forget_silence()
    assert not failures.has(b"silent", 11.0)
    assert failures.has(b"refused", 11.0)
    assert failures.has(b"silent then refused", 11.0)


def test_a_flood_of_failures_has_a_bound() -> None:
    failures = Failures()
    for number in range(40_000):
        failures.remember(b"%d" % number, 10.0, silent=True)
    assert len(failures.until) <= 16_384
    assert len(failures._silent) <= 16_384
