"""The query log of a running server, as the configuration has it."""

from pathlib import Path

from blocker.admin.plan import Plan
from blocker.querylog.log import QueryLog


def querylog_of(plan: Plan) -> QueryLog | None:
    """None: it is off. Nothing is opened yet."""
    return QueryLog(plan.query_log, Path(plan.state)) if plan.query_log.store else None
