"""Damaged files are set aside whole, listed, and removed when rows of their age would be."""

from datetime import UTC, datetime
from pathlib import Path

from blocker.querylog.aside import asides, remove_old, set_aside


def put(folder: Path, hour: int, octets: int = 10) -> Path:
    path = folder / f"querylog.db.damaged-20261123T{hour:02}0000.000001"
    path.write_bytes(bytes(octets))
    Path(f"{path}-wal").write_bytes(bytes(5))
    return path


def second(hour: int) -> int:
    return int(datetime(2026, 11, 23, hour, tzinfo=UTC).timestamp())


def test_what_is_set_aside_takes_its_log_along(tmp_path: Path) -> None:
    path = tmp_path / "querylog.db"
    for ending in ("", "-wal"):
        Path(f"{path}{ending}").write_text(f"{path.name}{ending}")
    before = int(datetime.now(UTC).timestamp())
    set_aside(path, "a test")
    names = sorted(each.name for each in tmp_path.iterdir())
    assert len(names) == 2
    assert all(name.startswith("querylog.db.damaged-") for name in names)
    assert names[1].endswith("-wal")
    (aside,) = asides(path)
    assert (aside.path.name, aside.octets) == (names[0], len("querylog.db") * 2 + 4)
    assert before <= aside.second <= before + 60


def test_only_what_was_set_aside_of_this_log_is_listed_newest_first(tmp_path: Path) -> None:
    new, old = put(tmp_path, 12), put(tmp_path, 9)
    for other in ("querylog.db", "querylog.db.damaged-mine", f"x{new.name}", f"{new.name}.bak"):
        (tmp_path / other).touch()
    assert [each.path for each in asides(tmp_path / "querylog.db")] == [new, old]
    assert [each.second for each in asides(tmp_path / "querylog.db")] == [second(12), second(9)]
    assert asides(tmp_path / "nowhere" / "querylog.db") == ()


def test_they_go_by_age_with_all_that_is_theirs(tmp_path: Path) -> None:
    path, new, old = tmp_path / "querylog.db", put(tmp_path, 12), put(tmp_path, 9)
    path.touch()
    remove_old(path, second(9), 1_000)
    assert old.exists()
    (left,) = remove_old(path, second(9) + 1, 1_000)
    assert left.path == new
    assert {each.name for each in tmp_path.iterdir()} == {path.name, new.name, f"{new.name}-wal"}


def test_they_go_by_size_but_for_the_newest(tmp_path: Path) -> None:
    path = tmp_path / "querylog.db"
    files = [put(tmp_path, hour) for hour in (12, 11, 10)]
    assert [each.path for each in remove_old(path, 0, 30)] == files[:2]
    assert [each.path for each in remove_old(path, 0, 1)] == files[:1]
