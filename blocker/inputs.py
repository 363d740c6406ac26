"""The configuration and the lists it names: read, checked against each other, made a policy.

Rule: what the server runs with and what `check` and `explain` speak of comes from here, so that
they cannot differ.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from blocker.aliases import aliases_of
from blocker.catalog.compile import compile_ruleset
from blocker.catalog.load import Catalogue, load_catalogue
from blocker.catalog.seen import changed, remember
from blocker.catalog.settled import freed, impossible
from blocker.config import Config, load_config, unknown_vendors
from blocker.config.generation import generation_of
from blocker.config.local import local_records
from blocker.config.policy import upstreams_of
from blocker.config.subscriptions import Subscription
from blocker.core.policy import Policy
from blocker.core.sinkhole import Sinkhole
from blocker.errors import Problem, Problems
from blocker.explain import HERE, Explanation, explain
from blocker.link import Blocking
from blocker.ruleset import MappedRuleset, Progress, open_ruleset
from blocker.store import Settings, effective, read_settings
from blocker.view import GroupViews, sinkhole_of, zones_of

RULESETS = "rulesets"  # the folder in `state` that holds compiled ones


@dataclass(frozen=True, slots=True)
class Inputs:
    """A configuration and curated lists without a fault."""

    config: Config
    catalogue: Catalogue

    @property
    def subscriptions(self) -> list[Subscription]:
        """Those whose text is here: a server starts without what it has yet to download."""
        return [
            each for each in self.config.subscriptions if not each.is_download or each.file.exists()
        ]

    def ruleset(self, progress: Progress = lambda *_: None) -> MappedRuleset:
        """The compiled lists: the server's own file if this user may use it, else a passing one."""
        own = self.config.state / RULESETS
        if own.is_dir() and os.access(own, os.R_OK | os.W_OK | os.X_OK):
            return self._compiled(own, progress)
        with TemporaryDirectory(prefix="blocker-") as folder:
            return self._compiled(Path(folder), progress)  # stays mapped when the file is gone

    def policy(self, ruleset: MappedRuleset) -> Policy:
        """What decides about names, for clients in no group."""
        return self._views(ruleset).policy()

    def explainer(
        self, qtype: str, client: str | None, *, resolve: bool = False
    ) -> Callable[[str], Explanation]:
        """What explains a name as the server would answer it, with what was changed by API and
        command line since it was configured.

        With `resolve` the upstreams are asked for its aliases; StartError when none answers.
        """
        views = self._views(self.ruleset(), read_settings(self.config.state))
        upstreams = upstreams_of(self.config.upstreams, self.config.upstreams)
        client = client.lower() if client is not None else None
        views.must_know(client or HERE)
        return lambda name: explain(
            views.of(client or HERE),
            name,
            qtype,
            client,
            group=views.group_of(client or HERE),
            networks=self.config.dns.allow_from,
            zones=zones_of(generation_of(self.config, Path())),
            sources=self.catalogue.sources,
            aliases=asyncio.run(aliases_of(name, qtype, upstreams)) if resolve else (),
            catalogue=str(self.catalogue.version),
        )

    def in_force(self, ruleset: MappedRuleset) -> tuple[int, int]:
        """How many rules block as things are set, and how many vendors they are of."""
        policy = self.policy(ruleset)
        curated = [
            rule
            for rule in self.catalogue.rules
            if rule.layer == "curated" and policy.state(rule) in ("block", "shadow")
        ]
        lists = [source for source in ruleset.sources[1:] if source["action"] == "block"]
        own = len(self.config.rules.block) + sum(
            len(group.rules.block) for group in self.config.groups
        )
        listed: int = sum(source["names"] for source in lists)
        return own + len(curated) + listed, len({rule.vendor for rule in curated})

    def sinkhole(self) -> Sinkhole:
        """What blocked names are answered with."""
        return sinkhole_of(cast(Blocking, self.config.blocking.model_dump(mode="json")))

    def _views(self, ruleset: MappedRuleset, changed: Settings | None = None) -> GroupViews:
        generation = generation_of(self.config, Path())
        now = datetime.now(UTC).timestamp()
        if changed is not None:
            generation = effective(generation, changed, now)
        return GroupViews(generation, now, ruleset=ruleset)

    def _compiled(self, folder: Path, progress: Progress) -> MappedRuleset:
        path = compile_ruleset(self.catalogue, self.subscriptions, folder, progress)
        return open_ruleset(path)


def read_inputs(path: Path | None = None) -> Inputs:
    """Problems with every fault of the configuration and of the lists; StartError if unreadable."""
    config = load_config(path)
    catalogue = load_catalogue(config.lists, config.overlay)
    known = [vendor.vendor for vendor in catalogue.vendors]
    if problems := unknown_vendors(config, known):
        raise Problems(problems)
    return Inputs(config, catalogue)


def remarks(inputs: Inputs, ruleset: MappedRuleset) -> Sequence[Problem | str]:
    """What is not right but stops nothing: entries out of order, bad lines in subscriptions.

    Problems when the user's own rules break what holds together, or a certificate cannot be used. A
    server would run with them: the user's word is the last, and names have to resolve. Who asks for
    a check is to hear of it.
    """
    policy = inputs.policy(ruleset)
    broken = impossible(policy, inputs.catalogue.relations)
    if problems := sorted([*inputs.config.passing, *broken]):
        raise Problems(problems)
    edits, state = inputs.catalogue.edits, inputs.config.state
    listed: list[Problem | str] = [*inputs.catalogue.remarks, *changed(edits, state)]
    remember(edits, state)
    listed += freed(policy, Policy(ruleset))
    listed += local_records(inputs.config).problems
    here = inputs.subscriptions
    listed += [
        f"{each.name} is not downloaded yet; `blocker subscriptions refresh {each.name}` does it"
        for each in inputs.config.subscriptions
        if each not in here
    ]
    for source in ruleset.sources:
        shown = source.get("problems", ())
        listed += shown
        if unseen := source.get("bad", 0) - len(shown):
            listed.append(f"{source['file']}: {unseen:,} more lines that are no names")
    return listed
