"""The child that turns a configuration file into a Plan, and ends with the memory that took.

python -m blocker.admin.prepare [--start] [FILE]

prints the plan, or what is wrong, as JSON; on stderr, if that is a terminal, how far it is. At the
start of a server the disk may fail: then the ruleset is compiled elsewhere.
"""

import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from blocker.admin.plan import START, Evidence, Plan, encode_failure
from blocker.admin.progress import ProgressLine
from blocker.catalog.compile import compile_ruleset, prune
from blocker.catalog.seen import remember
from blocker.config.generation import generation_of
from blocker.config.querylog import QueryLogSection
from blocker.config.units import Endpoint
from blocker.download.source import Source
from blocker.errors import Problems, StartError
from blocker.inputs import RULESETS, Inputs, read_inputs
from blocker.link import Generation
from blocker.querylog.settings import LogSettings
from blocker.ruleset import Progress, open_ruleset
from blocker.spare import can_do_without, spare_folder
from blocker.tokens import TokenStore


def main(arguments: list[str]) -> int:
    try:
        with ProgressLine(sys.stderr) as progress:
            files = [Path(argument) for argument in arguments if argument != START]
            plan = make_plan(files[0] if files else None, progress, starting=START in arguments)
    except (Problems, StartError) as error:
        sys.stdout.write(encode_failure(error))
        return 1
    sys.stdout.write(plan.encode())
    return 0


def make_plan(
    path: Path | None, progress: Progress = lambda *_: None, *, starting: bool = False
) -> Plan:
    """Everything checked, and the ruleset compiled if it was not there yet."""
    inputs = read_inputs(path)
    config = inputs.config
    ruleset = _compile(inputs, progress, starting)
    remember(inputs.catalogue.edits, config.state)
    rules, vendors = inputs.in_force(open_ruleset(ruleset))
    return Plan(
        config=str(config.file.resolve()) if config.file else None,
        listen=_endpoints(config.dns.listen),
        dot=_endpoints(config.dns.encrypted.tls if config.dns.encrypted else ()),
        doh=_endpoints(config.dns.encrypted.https if config.dns.encrypted else ()),
        workers=config.dns.workers,
        admin=(config.admin.listen.host, config.admin.listen.port),
        state=str(config.state),
        user=config.user,
        tokens=bool(TokenStore(config.state).tokens()),
        rules=rules,
        vendors=vendors,
        sources={
            key: Evidence(source.title, source.url)
            for key, source in inputs.catalogue.sources.items()
        },
        subscriptions=[Source.of(each) for each in config.subscriptions],
        generation=generation_of(config, ruleset),
        query_log=_log_settings(config.query_log),
        hosts=config.admin.hosts,
        tls=(str(tls.certificate), str(tls.key)) if (tls := config.admin.tls) else None,
        device_metrics=config.admin.metrics.devices == "on",
        warnings=[str(problem) for problem in config.passing],
    )


def _endpoints(given: Iterable[Endpoint]) -> list[tuple[str, int]]:
    return [(each.host, each.port) for each in given]


def _log_settings(section: QueryLogSection) -> LogSettings:
    return LogSettings(
        store=section.store,
        retention=section.retention,
        size=section.size,
        clients=section.clients,
        names=section.names,
        ignore_names=list(section.ignore.names),
        ignore_clients=[str(network) for network in section.ignore.clients],
    )


def _compile(inputs: Inputs, progress: Progress, starting: bool) -> Path:
    state = inputs.config.state
    folder = state / RULESETS
    try:
        state.mkdir(mode=0o750, parents=True, exist_ok=True)
        path = _compiled(inputs, folder, progress)
    except OSError as error:
        if starting and can_do_without(state, error):
            return _compiled(inputs, spare_folder(state), progress)
        message = (
            f"cannot write {folder / str(error.filename or '')}: {error.strerror}; "
            "make it writable for this user, or set state: to another path"
        )
        raise StartError(message) from None
    return path


def _compiled(inputs: Inputs, folder: Path, progress: Progress) -> Path:
    path = compile_ruleset(inputs.catalogue, inputs.subscriptions, folder, progress)
    prune(folder, [path, *_in_force(inputs.config.state, folder / "run")])
    return path


def _in_force(*folders: Path) -> Iterator[Path]:
    """What the workers have: they may refuse the next, and one that is replaced opens it again."""
    for state in folders:
        with suppress(OSError, ValueError):  # there is none yet
            yield Path(Generation.read(state).ruleset)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
