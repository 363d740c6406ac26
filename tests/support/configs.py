"""Configurations as files, and the messages that wrong ones get."""

from pathlib import Path

import pytest

from blocker.config import Config, load_config
from blocker.errors import Problems


def load(folder: Path, text: str) -> Config:
    """The configuration that `text` makes as a file in `folder`."""
    file = folder / "blocker.yaml"
    file.write_text(text, encoding="utf-8")
    return load_config(file)


def complaints(folder: Path, text: str) -> list[str]:
    """What a wrong configuration is answered with; each begins with the line and the key."""
    with pytest.raises(Problems) as caught:
        load(folder, text)
    return [
        str(problem).removeprefix(f"{folder}/blocker.yaml:") for problem in caught.value.problems
    ]
