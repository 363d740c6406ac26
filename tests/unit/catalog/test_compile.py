"""Catalogue and subscriptions to one file, made once for the same inputs."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from blocker.catalog.compile import compile_ruleset, prune
from blocker.catalog.load import load_catalogue
from blocker.core.names import from_text
from blocker.core.policy import Policy
from blocker.errors import Problems
from blocker.ruleset import open_ruleset
from tests.support.lists import XIAOMI, Configured, entry, write_lists
from tests.support.source import ROOT

pytestmark = pytest.mark.alone


def test_curated_kept_and_subscribed_names_decide(tmp_path: Path) -> None:
    xiaomi = XIAOMI + entry("miui.com", except_="[update.miui.com]") + entry("a*-log.xiaomi.com")
    catalogue = load_catalogue(write_lists(tmp_path / "lists", xiaomi=xiaomi))
    listed = tmp_path / "listed"
    listed.write_text("ads.example.org\nupdate.miui.com\n")
    path = compile_ruleset(catalogue, [Configured(listed)], tmp_path / "rulesets")
    policy = Policy(open_ruleset(path))
    decided = {
        name: verdict and (verdict.action, verdict.rule.layer)
        for name in (
            "x.tracking.miui.com", "update.miui.com", "account.xiaomi.com", "a1-log.xiaomi.com",
            "x.ads.example.org", "xiaomi.com",
        )
        for verdict in (policy.match(from_text(name)),)
    }  # fmt: skip
    assert decided == {
        "x.tracking.miui.com": ("block", "curated"),
        "update.miui.com": ("allow", "keep"),
        "account.xiaomi.com": ("allow", "curated"),
        "a1-log.xiaomi.com": ("block", "curated"),
        "x.ads.example.org": ("block", "subscription"),
        "xiaomi.com": ("pass", "zone"),
    }


def test_the_same_inputs_are_compiled_once(tmp_path: Path) -> None:
    catalogue = load_catalogue(write_lists(tmp_path / "lists"))
    first = compile_ruleset(catalogue, [], tmp_path)
    made = first.stat().st_ino
    assert compile_ruleset(catalogue, [], tmp_path) == first
    assert first.stat().st_ino == made
    assert open_ruleset(first).version == first.stem


def test_other_inputs_have_another_name(tmp_path: Path) -> None:
    catalogue = load_catalogue(write_lists(tmp_path / "a"))
    more = load_catalogue(write_lists(tmp_path / "b", xiaomi=XIAOMI + entry("a.xiaomi.net")))
    listed = tmp_path / "listed"
    listed.write_text("a.org\n")
    paths = {compile_ruleset(catalogue, [], tmp_path), compile_ruleset(more, [], tmp_path)}
    paths.add(compile_ruleset(catalogue, [Configured(listed)], tmp_path))
    listed.write_text("b.org\n")
    paths.add(compile_ruleset(catalogue, [Configured(listed)], tmp_path))
    assert len(paths) == 4


def test_a_damaged_file_is_compiled_again(tmp_path: Path) -> None:
    catalogue = load_catalogue(write_lists(tmp_path / "lists"))
    path = compile_ruleset(catalogue, [], tmp_path)
    whole = path.read_bytes()
    path.write_bytes(bytes(16) + whole[16:])
    assert compile_ruleset(catalogue, [], tmp_path) == path
    assert path.read_bytes() == whole


def test_a_list_that_cannot_be_read_changes_nothing(tmp_path: Path) -> None:
    catalogue = load_catalogue(write_lists(tmp_path / "lists"))
    with pytest.raises(Problems, match="none: cannot be read"):
        compile_ruleset(catalogue, [Configured(tmp_path / "none")], tmp_path / "rulesets")
    assert not (tmp_path / "rulesets").exists()


def test_pruning_spares_what_is_used_and_what_is_new(tmp_path: Path) -> None:
    names = ["used.ruleset", "old.ruleset", "new.ruleset", ".half.ruleset.17", "notes.txt"]
    for name in names:
        (tmp_path / name).touch()
        if name != "new.ruleset":
            os.utime(tmp_path / name, (0, 0))
    prune(tmp_path, [tmp_path / "used.ruleset"])
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["new.ruleset", "notes.txt", "used.ruleset"]


def test_pruning_passes_over_what_another_removes_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / name for name in (".half.ruleset.17", "old.ruleset")]
    for path in paths:
        path.touch()
        os.utime(path, (0, 0))
    looked = Path.glob

    def glob(folder: Path, pattern: str) -> Iterator[Path]:
        found = sorted(looked(folder, pattern))
        paths[0].unlink()
        yield from found

    monkeypatch.setattr(Path, "glob", glob)
    prune(tmp_path, [])
    assert not list(tmp_path.iterdir())


def test_a_hundred_thousand_names_cost_little(tmp_path: Path) -> None:
    """A tenth of the promise for a million: 10 s, and memory that five million can live with."""
    listed = tmp_path / "listed"
    listed.write_text("".join(f"n{n * 7919 % 100_003}.example{n}.org\n" for n in range(100_000)))
    code = (
        "import sys; from pathlib import Path\n"
        "from blocker.catalog.compile import compile_ruleset\n"
        "from blocker.catalog.load import Catalogue\n"
        "from tests.support.lists import Configured\n"
        "compile_ruleset(Catalogue((), {}, ()), [Configured(Path(sys.argv[1]))], Path(sys.argv[2]))"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    start = time.monotonic()
    subprocess.run([sys.executable, "-c", code, listed, tmp_path], cwd=ROOT, check=True, timeout=30)
    assert time.monotonic() - start < 10
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 3
    (path,) = tmp_path.glob("*.ruleset")
    assert open_ruleset(path).counts["subscription"] == 100_000
    assert path.stat().st_size < 40 * 100_000
