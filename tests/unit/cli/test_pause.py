"""pause and resume, where no server runs."""

from pathlib import Path

from tests.support.commands import Commands


def test_a_pause_and_its_end(tmp_path: Path) -> None:
    commands = Commands(tmp_path)
    assert "pause for 10m" in commands.run("pause", "10m")
    (setting,) = commands.settings
    assert setting.until is not None
    assert "resume" in commands.run("resume")
    assert len(commands.settings) == 0
    assert commands.run("resume") == "it was so already: resume\n"
    assert "10 is not a duration; write 10s" in commands.run("pause", "10", code=1)
