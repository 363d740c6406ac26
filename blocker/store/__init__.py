"""What was changed later, by API or command line: kept, put over the configuration, undone."""

from blocker.store.configured import read_configured, write_configured
from blocker.store.database import Store, StoreError, read_settings
from blocker.store.effective import effective
from blocker.store.settings import Change, Edit, Key, Setting, Settings

__all__ = [
    "Change",
    "Edit",
    "Key",
    "Setting",
    "Settings",
    "Store",
    "StoreError",
    "effective",
    "read_configured",
    "read_settings",
    "write_configured",
]
