"""Which upstreams a question goes to: those of its zone, of its client's group, or those of all.

Rule: nearly every question goes to those of all, and that costs a look at one flag.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain

from blocker.core.engine import Forward
from blocker.core.names import parents
from blocker.upstream.base import Upstream
from blocker.upstream.choice import FASTEST, Choice


@dataclass(frozen=True, slots=True)
class Upstreams:
    """Whom to ask: `common` for all, `groups` by a view's mark, `zones` by folded wire name."""

    common: Sequence[Upstream]
    groups: Mapping[bytes, Sequence[Upstream]] = field(default_factory=dict)
    zones: Mapping[bytes, Sequence[Upstream]] = field(default_factory=dict)
    strategy: str = FASTEST  # among those of one kind

    @property
    def all(self) -> Sequence[Upstream]:
        """Each once."""
        listed = chain(self.common, *self.groups.values(), *self.zones.values())
        return list(dict.fromkeys(listed))

    def shared(self, known: Mapping[tuple[str, ...], Upstream]) -> "Upstreams":
        """The same, with one upstream for each identity, and those of `known` as they are."""
        one = {upstream.identity: upstream for upstream in reversed(self.all)} | dict(known)

        def known_ones(wanted: Sequence[Upstream]) -> list[Upstream]:
            return [one[upstream.identity] for upstream in wanted]

        return Upstreams(
            known_ones(self.common),
            {mark: known_ones(wanted) for mark, wanted in self.groups.items()},
            {zone: known_ones(wanted) for zone, wanted in self.zones.items()},
            self.strategy,
        )


class Routes:
    """A choice among upstreams for every question."""

    def __init__(self, upstreams: Upstreams, now: float) -> None:
        self.upstreams = upstreams.all
        choice = partial(Choice, now=now, strategy=upstreams.strategy)
        self.common = choice(upstreams.common)
        self._groups = {mark: choice(some) for mark, some in upstreams.groups.items()}
        self._zones = {zone: choice(some) for zone, some in upstreams.zones.items()}
        self.several = bool(self._groups or self._zones)

    def of(self, forward: Forward) -> Choice:
        """Of the zones that the name lies in, the most specific; else the client's group."""
        if self._zones:
            for name in parents(forward.query.name):
                if (choice := self._zones.get(name)) is not None:
                    return choice
        return self._groups.get(forward.view.upstreams, self.common)

    def refresh(self, now: float) -> None:
        """Look at everyone's health again."""
        for choice in (self.common, *self._groups.values(), *self._zones.values()):
            choice.refresh(now)
