"""One adblock rule as AdGuard's DNS syntax has it: a pattern or an expression, `@@` in front of an
exception, and modifiers after `$`.
"""

from collections.abc import Iterator

from blocker.catalog.formats import mask, modifiers, rewrite
from blocker.catalog.formats.expression import expression
from blocker.catalog.formats.local import LocalAnswers, Owner
from blocker.catalog.formats.mask import Target
from blocker.catalog.formats.modifiers import Modifiers
from blocker.catalog.formats.reading import SIGN, Item, Reading
from blocker.core.names import trie_key
from blocker.core.rule import LocalRecord
from blocker.ruleset.layout import ALLOW


class RuleReader:
    """Reads the rules of one list; records that they answer with go into `local`."""

    def __init__(self, reading: Reading, local: LocalAnswers) -> None:
        self._reading = reading
        self._local = local

    def expression(self, number: int, written: str, options: str, *, allow: bool) -> Iterator[Item]:
        """What stood between slashes."""
        said = modifiers.read(options)
        if not said.badfilter:
            yield from self._say(
                number, written, Target("regex", pattern=expression(written)), said, allow=allow
            )

    def pattern(self, number: int, text: str) -> Iterator[Item]:
        """Any other rule; ValueError when wrong or too wide, Unused when it is about pages."""
        allow = text.startswith("@@")
        pattern, _, options = text.removeprefix("@@").partition("$")
        said = modifiers.read(options)
        if said.badfilter:
            return
        target = mask.target(pattern)
        takes_back = allow and said.rewrite is not None  # what this very list answers, no more
        if target.wide and not (said.narrows or takes_back):
            raise ValueError(target.wide)
        if options or target.covered is None:
            yield from self._say(number, text, target, said, allow=allow)
        else:
            sign = SIGN[self._reading.covers(target.covered)] | (ALLOW if allow else 0)
            yield number | sign, trie_key(target.name)

    def _say(
        self, number: int, text: str, target: Target, said: Modifiers, *, allow: bool
    ) -> Iterator[Item]:
        if said.rewrite is not None:
            yield from self._rewrite(number, text, target, said, allow=allow)
            return
        if target.network and said.unless:
            raise ValueError("no names are below an address that could be left out")
        yield self._reading.rule(
            number,
            target.pattern or text,
            self._reading.covers(target.covered) if target.covered else target.match,
            target.name,
            action="allow" if allow else "block",
            important=said.important,
            unless=said.unless,
            condition=said.condition,
            network=target.network,
        )

    def _rewrite(
        self, number: int, text: str, target: Target, said: Modifiers, *, allow: bool
    ) -> Iterator[Item]:
        """A rule that says how it answers, or an exception to such rules."""
        if target.network:
            raise ValueError("$dnsrewrite is for names, not for addresses")
        match = self._reading.covers(target.covered) if target.covered else target.match
        owner = Owner(
            match, target.name, target.pattern, said.important, said.unless, said.condition
        )
        answer = rewrite.read(said.rewrite) if said.rewrite else None
        if allow:
            self._local.cancel(owner, answer)
        elif answer is None:
            raise ValueError("$dnsrewrite does not say what the answer is")
        elif isinstance(answer, LocalRecord):
            self._local.add(number, text, owner, answer)
        else:
            self._local.answer(number, text, owner, answer)
        yield from ()
