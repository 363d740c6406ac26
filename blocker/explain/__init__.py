"""Why a name is answered the way it is; for the command line and the admin API."""

from blocker.explain.explanation import Explanation
from blocker.explain.qtypes import type_number
from blocker.explain.reason import HERE, Source, explain

__all__ = ["HERE", "Explanation", "Source", "explain", "type_number"]
