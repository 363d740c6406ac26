"""Lists for other resolvers: what the policy blocks, in the words that each knows."""

from blocker.export.document import FORMATS, Document, export
from blocker.export.selection import Filters

__all__ = ["FORMATS", "Document", "Filters", "export"]
