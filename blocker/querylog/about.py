"""What the log keeps about itself, by key: words, in the database they are about."""

from sqlalchemy import Connection, delete, insert, select

from blocker.querylog import tables


def noted(connection: Connection, key: str) -> str:
    """Empty: nothing."""
    about = tables.about.c
    return connection.scalar(select(about.value).where(about.key == key)) or ""


def note(connection: Connection, key: str, value: str) -> None:
    connection.execute(delete(tables.about).where(tables.about.c.key == key))
    connection.execute(insert(tables.about), {"key": key, "value": value})
