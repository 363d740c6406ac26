"""`blocker report`: who calls home, as tables, a page, a sheet, or JSON."""

import json as json_module
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from blocker.cli.options import ConfigFile, Json

if TYPE_CHECKING:
    from blocker.cli.control import Server

PRINTED = Path("-")
SHOWN = 15  # vendors and devices in the tables; the page, the sheet and JSON have all


def report(
    since: Annotated[str, typer.Option(metavar="7d", help="How far back: 30m, 12h, 7d.")] = "7d",
    client: Annotated[
        str | None,
        typer.Option(
            metavar="X", show_default=False, help="Only this device: name, key or address."
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", show_default=False, help="As one page of HTML; - prints it."),
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option(metavar="FILE", show_default=False, help="For a spreadsheet; - prints it."),
    ] = None,
    json: Json = False,
    config: ConfigFile = None,
) -> None:
    """Who calls home: how often, for what, what was stopped, and what still goes out.

    Answers without a running server too, from the query log it left.

    \b
    blocker report                          the last week
    blocker report --since 24h --client "Anna's phone"
    blocker report --html report.html       one page: to read, to print, to send on
    blocker report --json | jq '.vendors[] | {vendor, blocked, allowed}'
    """
    if json + (html == PRINTED) + (csv == PRINTED) > 1:
        from blocker.errors import StartError

        raise StartError("only one form can be printed; write the others to files")
    told = _told(since, client or "", config)
    if json:
        typer.echo(json_module.dumps(told, ensure_ascii=False))
    if html is not None:
        from blocker.accounting.page import page

        _write(html, page(told))
    if csv is not None:
        from blocker.accounting.sheet import sheet

        _write(csv, sheet(told))
    if not json and html is None and csv is None:
        _print(told)


def _told(since: str, device: str, config: Path | None) -> dict[str, Any]:
    from blocker.cli.control import NoServer, Server
    from blocker.config.units import duration
    from blocker.errors import StartError

    try:
        seconds = duration(since)
    except ValueError as error:
        message = f"--since: {error}"
        raise StartError(message) from None
    until = int(datetime.now(UTC).timestamp()) + 1
    asked = {"since": _moment(until - seconds), "until": _moment(until)}
    server = Server.of(config)
    try:
        return _from_server(server, asked, device)
    except NoServer:
        return _from_store(until - seconds, until, device, config)


def _from_server(server: "Server", asked: dict[str, str], device: str) -> dict[str, Any]:
    from blocker.cli.whose import device_of, no_such

    if not device:
        return cast("dict[str, Any]", server.get("report", **asked))
    found = server.get("clients", search=device, limit=500)["devices"]
    key = device_of(device, {each["key"]: each["name"] for each in found})
    told: dict[str, Any] = server.get("report", **asked, device=key)
    if not told["accounts"]:  # those that never called a maker are devices too
        found = server.get("clients", search=key, limit=500)["devices"]
        if not any(key in (each["key"], *each["addresses"]) for each in found):
            raise no_such(device)
    return told


def _from_store(since: int, until: int, device: str, config: Path | None) -> dict[str, Any]:
    from blocker.accounting.document import document
    from blocker.accounting.makers import makers_of
    from blocker.accounting.report import report as report_of
    from blocker.catalog.load import load_catalogue
    from blocker.cli.whose import device_of, no_such
    from blocker.config import load_config
    from blocker.errors import StartError
    from blocker.querylog.opening import open_reader, said_by, url_of
    from blocker.querylog.stats import HOUR, Span, knows
    from blocker.store import read_settings

    read = load_config(config)
    if not read.query_log.store:
        raise StartError("the query log is off, so there is nothing to report from")
    overlay = read.overlay if read.overlay.is_dir() else None
    makers = makers_of(load_catalogue(read.lists, overlay))
    names = read_settings(read.state).device_names
    key = device_of(device, names) if device else ""
    engine = open_reader(url_of(read.query_log.store, read.state))
    try:
        with engine.connect() as connection:
            span = Span(since, until).counted(HOUR, until)
            if key and not knows(connection, key):
                raise no_such(device)
            return document(report_of(connection, span, makers, key), names)
    except StartError:
        raise
    except Exception as error:
        message = f"the query log cannot be read: {said_by(error)}"
        raise StartError(message) from error
    finally:
        engine.dispose()


def _moment(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat()


def _write(path: Path, text: str) -> None:
    from blocker.errors import StartError

    if path == PRINTED:
        typer.echo(text, nl=False)
        return
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"cannot write {path}: {error.strerror}"
        raise StartError(message) from None
    typer.echo(f"written to {path}", err=True)


def _print(told: dict[str, Any]) -> None:
    from blocker.accounting.document import called, whose
    from blocker.accounting.page import period
    from blocker.cli.table import local, table

    if not told["vendors"]:
        typer.echo("no device has called a vendor of the lists in that time")
        return
    typer.echo(
        f"{local(told['since'])} to {local(told['until'])}, by whole hours; "
        "names, first and last by whole days (UTC)\n"
    )
    counts = ("calls", "stopped", "would be", "went out")
    makers = [each for each in told["vendors"] if each["is_maker"]]
    others = [each for each in told["vendors"] if not each["is_maker"]]
    for whom, some in (("maker", makers[:SHOWN]), ("of no maker", others)):
        if some:
            table(
                (whom, "home", *counts, "names", "for", "devices"),
                [
                    (
                        each["title"] or each["vendor"],
                        each["jurisdiction"],
                        *_counts(each),
                        f"{each['names']:,}",
                        _listed(each["purposes"], "purpose"),
                        len(each["devices"]),
                    )
                    for each in some
                ],
            )
    names = whose(told)
    table(
        ("device", "maker", "for", *counts, "first", "last"),
        [
            (
                called(each),
                names[each["vendor"]],
                each["purpose"],
                *_counts(each),
                local(each["first"]),
                local(each["last"]),
            )
            for each in told["accounts"][:SHOWN]
        ],
    )
    storms = [each for each in told["amplified"] if each["factor"] >= 2]
    if storms:
        table(
            ("retry storm of", "name", "a minute before", "after", "times"),
            [
                (called(each), each["name"], f"{each['before']:.2f}", f"{each['after']:.2f}",
                 f"{each['factor']:.1f}")
                for each in storms[:SHOWN]
            ],
        )  # fmt: skip
    if told["beacons"]:
        table(
            ("beacon of", "name", "for", "every", "give or take", "calls"),
            [
                (called(each), each["name"], each["purpose"], period(each["period"]),
                 period(each["jitter"]), each["calls"])
                for each in told["beacons"][:SHOWN]
            ],
        )  # fmt: skip
    if told["inbox"]:
        typer.echo(f"on no list yet: {len(told['inbox'])} names; --html or --json names them")


def _counts(each: dict[str, Any]) -> tuple[str, ...]:
    return tuple(f"{each[name]:,}" for name in ("attempts", "blocked", "would_block", "allowed"))


def _listed(parts: list[dict[str, Any]], what: str) -> str:
    names = [each[what] for each in parts]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
