"""The configuration as a whole. What is not written keeps the default that stands here."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, PrivateAttr, model_validator

from blocker.config.admin import Admin
from blocker.config.blocking import Blocking
from blocker.config.dns import Dns
from blocker.config.groups import Group
from blocker.config.querylog import QueryLogSection
from blocker.config.records import Records
from blocker.config.rules import UserRules
from blocker.config.section import Section, some, unique
from blocker.config.subscriptions import Subscription
from blocker.config.units import OCTETS, SECONDS, Duration, FilePath, Size
from blocker.config.upstreams import DEFAULT_UPSTREAMS, Upstream
from blocker.errors import Problem
from blocker.yamlfile import Document


def _usable(octets: int) -> int:
    if octets < OCTETS["MiB"]:
        raise ValueError("is too small to be of use; write 1MiB or more")
    return octets


class Cache(Section):
    """Answers of upstreams that are kept; `serve_stale: 0s` forgets them when their TTL ends."""

    size: Annotated[Size, AfterValidator(_usable)] = 64 * OCTETS["MiB"]
    min_ttl: Duration = 0
    max_ttl: Duration = 24 * SECONDS["h"]
    serve_stale: Duration = 24 * SECONDS["h"]

    @model_validator(mode="after")
    def _least_and_most(self) -> "Cache":
        if self.min_ttl > self.max_ttl:
            raise ValueError("min_ttl is above max_ttl; write a smaller min_ttl")
        return self


class Config(Section):
    """A checked configuration; made by `load_config`, which also knows where each line stands."""

    dns: Dns = Dns()
    upstreams: Annotated[
        tuple[Upstream, ...],
        AfterValidator(some),
        AfterValidator(unique(lambda upstream: upstream.url, "the upstream")),
    ] = DEFAULT_UPSTREAMS
    blocking: Blocking = Blocking()
    rules: UserRules = UserRules()
    subscriptions: Annotated[
        tuple[Subscription, ...], AfterValidator(unique(lambda each: each.name, "the name"))
    ] = ()
    records: Records = Field(default_factory=dict)
    hosts: tuple[FilePath, ...] = ()
    groups: Annotated[
        tuple[Group, ...], AfterValidator(unique(lambda each: each.name, "the group"))
    ] = ()
    cache: Cache = Cache()
    admin: Admin = Admin()
    query_log: QueryLogSection = QueryLogSection()
    state: FilePath = Path("state")
    user: Annotated[str | None, Field(min_length=1)] = None
    lists: FilePath | None = None
    overlay: FilePath = Path()  # set when loaded: without the key it is `lists.d` in `state`
    _document: Document | None = PrivateAttr(default=None)
    _passing: tuple[Problem, ...] = PrivateAttr(default=())

    @property
    def document(self) -> Document | None:
        """The file this was read from, with its lines; None for the built-in defaults."""
        return self._document

    @property
    def file(self) -> Path | None:
        """The path of that file, as it was named."""
        return Path(self._document.file) if self._document else None

    @property
    def passing(self) -> tuple[Problem, ...]:
        """Faults of files beside it that may be gone later, so that a server starts with them."""
        return self._passing
