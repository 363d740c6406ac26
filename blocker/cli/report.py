"""What `check` says when nothing is wrong: what was read, and what it comes to."""

from collections.abc import Iterator

from blocker.catalog.load import default_lists
from blocker.cli.progress import progress_bar
from blocker.inputs import Inputs, remarks


def report(inputs: Inputs) -> Iterator[str]:
    """Line by line. Problems when a subscription cannot be read, or rules contradict."""
    with progress_bar() as progress:
        ruleset = inputs.ruleset(progress)
    config, catalogue = inputs.config, inputs.catalogue
    for remark in remarks(inputs, ruleset):
        yield f"note       {remark}"
    yield f"config     {config.file or 'built-in defaults'}: no errors"
    yield (
        f"lists      {config.lists or default_lists()} {catalogue.version}: no errors; "
        f"{_counted(len(catalogue.vendors), 'vendor')}, "
        f"{_counted(ruleset.counts['curated'], 'name')} of theirs, "
        f"{ruleset.counts['keep']:,} to keep, {_counted(len(catalogue.sources), 'source')}"
    )
    if catalogue.edits:
        yield f"own        {config.overlay}: {_counted(len(catalogue.edits), 'edit')} of the lists"
    for source in ruleset.sources[1:]:
        bad = f", {_counted(source['bad'], 'line')} without one" if source["bad"] else ""
        names = _counted(source["names"], "name")
        yield f"list       {source['name']}: {names} ({source['format']}){bad}"
    rules, vendors = inputs.in_force(ruleset)
    yield f"in force   {_counted(rules, 'rule')} of {_counted(vendors, 'vendor')}"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")
