"""How editors save a file."""

from pathlib import Path


def by_rename(path: Path, text: str) -> None:
    """As vim saves, with `backup` and without."""
    path.with_name("4913").touch()
    path.with_name("4913").unlink()
    path.rename(f"{path}~")
    path.write_text(text)
    Path(f"{path}~").unlink()


def by_replacing(path: Path, text: str) -> None:
    """As most other editors do."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(text)
    temporary.replace(path)


def by_deleting(path: Path, text: str) -> None:
    path.unlink()
    path.write_text(text)


def in_place(path: Path, text: str) -> None:
    path.write_text(text)
