"""The commands. Thin: each reads its arguments, calls what does the work, and prints.

Rule: whatever a command needs is imported inside it, so that `--help` and `serve` start at once.
An error a person can put right is printed as it is, and the exit code is 1.
"""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from blocker import __version__
from blocker.cli.accounts import report
from blocker.cli.devices import devices
from blocker.cli.firewall import firewall_text, refuse_firewall_options, refuse_name_options
from blocker.cli.history import audit, undo
from blocker.cli.lists import lists
from blocker.cli.options import ConfigFile, known_client
from blocker.cli.pause import pause, resume
from blocker.cli.privatedns import private_dns
from blocker.cli.rescue import rescue
from blocker.cli.rules import allow, block, rules
from blocker.cli.settings import settings
from blocker.cli.setup import setup
from blocker.cli.shadow import shadow
from blocker.cli.status import status
from blocker.cli.subscriptions import subscriptions
from blocker.cli.switches import purpose, purposes, subscription, vendor, vendors
from blocker.cli.token import token
from blocker.cli.writeback import config as write_back
from blocker.errors import BlockerError, StartError

app = typer.Typer(
    help="A DNS resolver that stops devices from reporting to their makers, and says why.",
    epilog="Start with `blocker serve`, then point a device's DNS here. "
    "`blocker COMMAND --help` shows examples.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(devices, name="devices")
app.add_typer(lists, name="lists")
app.add_typer(subscriptions, name="subscriptions")
app.add_typer(token, name="token")


class Format(StrEnum):
    """What an export is written in."""

    HOSTS = "hosts"
    DOMAINS = "domains"
    ADBLOCK = "adblock"
    DNSMASQ = "dnsmasq"
    UNBOUND = "unbound"
    RPZ = "rpz"
    NFTABLES = "nftables"


class Breakage(StrEnum):
    """How much may stop working."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"


def main() -> None:
    """Run the command in sys.argv."""
    try:
        app(prog_name="blocker")
    except BlockerError as error:
        typer.echo(error, err=True)
        sys.exit(1)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"blocker {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print it and stop."),
    ] = False,
) -> None:
    """What stands before a command."""


@app.command()
def serve(config: ConfigFile = None) -> None:
    """Run the resolver until it is stopped.

    \b
    blocker serve                        with ./blocker.yaml, or with the defaults
    blocker serve -c lab.yaml            with a configuration of your own
    sudo blocker serve                   port 53 takes rights (or: user: in the configuration)
    kill -HUP PID                        read configuration and lists again
    """
    from blocker.supervisor import serve as run

    run(config)


@app.command(short_help="Check the configuration and the lists.")
def check(config: ConfigFile = None) -> None:
    """Check the configuration and the lists: every error, with file and line.

    \b
    blocker check                        what `blocker serve` would run with
    blocker check -c new.yaml && mv new.yaml blocker.yaml

    The exit code is 1 when something is wrong. A server that runs is not touched.
    """
    from blocker.cli.report import report
    from blocker.inputs import read_inputs

    for line in report(read_inputs(config)):
        typer.echo(line)


@app.command(short_help="Why a name is blocked, or not.")
def explain(
    names: Annotated[list[str], typer.Argument(metavar="NAME", help="Domain names.")],
    type_: Annotated[str, typer.Option("--type", metavar="T", help="A, AAAA, HTTPS...")] = "A",
    client: Annotated[
        str | None,
        typer.Option(
            metavar="IP",
            callback=known_client,
            show_default=False,
            help="As asked by this client, or id:NAME.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One object a line, for scripts.")] = False,
    resolve: Annotated[
        bool, typer.Option("--resolve", help="Ask your upstreams for aliases, and judge them too.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Why a name is blocked, or not: rule, vendor, purpose, evidence, and how to change it.

    \b
    blocker explain data.mistat.xiaomi.com
    blocker explain --type HTTPS data.mistat.xiaomi.com account.xiaomi.com
    blocker explain --json data.mistat.xiaomi.com | jq .vendor
    blocker explain --resolve metrics.example.com

    Works from the configuration and the lists; no server need run.
    """
    from blocker.inputs import read_inputs

    try:
        # All first: a misspelt name among many is seen at once, not between their explanations.
        explain_one = read_inputs(config).explainer(type_, client, resolve=resolve)
        explanations = list(map(explain_one, names))
    except ValueError as error:
        raise StartError(str(error)) from None
    for number, explanation in enumerate(explanations):
        if json:
            typer.echo(explanation.as_json())
        else:
            from blocker.cli.render import render

            render(explanation, apart=number > 0)


@app.command(short_help="What is blocked, as a list for another resolver.")
def export(
    format_: Annotated[Format, typer.Option("--format", help="What it is for.")],
    vendor: Annotated[
        list[str] | None,
        typer.Option(metavar="V", show_default=False, help="Names of this vendor; more than once."),
    ] = None,
    purpose: Annotated[
        list[str] | None,
        typer.Option(metavar="P", show_default=False, help="Names for this; more than once."),
    ] = None,
    max_breakage: Annotated[
        Breakage | None,
        typer.Option(show_default=False, help="Instead of the configuration's."),
    ] = None,
    interface: Annotated[
        list[str] | None,
        typer.Option(metavar="I", show_default=False, help="nftables: clients are behind it."),
    ] = None,
    resolver: Annotated[
        list[str] | None,
        typer.Option(
            metavar="IP", show_default=False, help="nftables: blocker's; without: on the router."
        ),
    ] = None,
    port: Annotated[
        int | None, typer.Option(metavar="N", show_default=False, help="nftables: blocker's port.")
    ] = None,
    exempt: Annotated[
        list[str] | None,
        typer.Option(metavar="C", show_default=False, help="nftables: address or MAC let alone."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", show_default=False, help="Replaced whole."),
    ] = None,
    config: ConfigFile = None,
) -> None:
    """What the policy blocks, as a list for another resolver; or rules for a router.

    \b
    blocker export --format hosts > telemetry.hosts
    blocker export --format rpz --vendor xiaomi --vendor oppo -o xiaomi-oppo.rpz
    blocker export --format adblock --purpose advertising --max-breakage none
    blocker export --format nftables --interface br-lan --resolver 192.168.1.2 -o b.nft

    Subscriptions are not exported. What the format cannot say is told, in the file too.
    """
    from blocker.export import Filters
    from blocker.export import export as made
    from blocker.export.save import save
    from blocker.inputs import read_inputs

    if format_ is Format.NFTABLES:
        refuse_name_options(vendor, purpose, max_breakage)
        text = firewall_text(config, interface or (), resolver or (), port, exempt or ())
        save(text, output) if output else typer.echo(text, nl=False)
        return
    refuse_firewall_options(interface, resolver, port, exempt)
    filters = Filters(vendor or (), purpose or (), max_breakage.value if max_breakage else None)
    document = made(read_inputs(config), format_.value, filters)
    if output:
        save(document.text, output)
        typer.echo(f"{output}: entries: {document.count:,}", err=True)
    else:
        typer.echo(document.text, nl=False)
    for line in document.lost:
        typer.echo(line, err=True)


# What changes a running server stands in files of its own; here is its order in --help.
app.command(short_help="What this machine needs to serve a home.")(setup)
app.command("private-dns", short_help="Set up phones to ask encrypted, and away from home.")(
    private_dns
)
app.command(short_help="What runs, and what was changed since.")(status)
app.command(short_help="Allow names, for ever or for a while.")(allow)
app.command(short_help="Block names, for ever or for a while.")(block)
app.add_typer(rules, name="rules", short_help="Your own rules in force; and take them back.")
app.command(short_help="Switch a vendor on, off, or in shadow.")(vendor)
app.command(short_help="Every vendor's switch.")(vendors)
app.command(short_help="Switch a purpose on, off, or in shadow.")(purpose)
app.command(short_help="Every purpose's switch.")(purposes)
app.command(short_help="Switch a subscribed list on, off, or in shadow.")(subscription)
app.command(short_help="Block nothing for a while.")(pause)
app.command(short_help="End a pause.")(resume)
app.command(short_help="A device has stopped working: what was blocked, what to allow.")(rescue)
app.command(short_help="What is in shadow, and whom it would hit.")(shadow)
app.command(short_help="Who calls home, how often, and what was stopped.")(report)
app.command(short_help="Take a change back.")(undo)
app.command(short_help="Who changed what, and when.")(audit)
app.add_typer(settings, name="settings", short_help="All changes, to a file and back.")
app.command("config", short_help="The configuration with all changes, as YAML.")(write_back)
