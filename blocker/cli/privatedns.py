"""`blocker private-dns`: what to type on a phone, or the file to send to it."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blocker.cli.options import ConfigFile
from blocker.errors import StartError

if TYPE_CHECKING:
    from blocker.privatedns import PrivateDns


class Protocol(StrEnum):
    """How Apple's devices are to ask."""

    HTTPS = "https"
    TLS = "tls"


def private_dns(
    id_: Annotated[
        str | None,
        typer.Option("--id", metavar="ID", show_default=False, help="As whom the device asks."),
    ] = None,
    protocol: Annotated[
        Protocol | None,
        typer.Option(show_default=False, help="Of the profile; HTTPS if that is served."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", show_default=False, help="Apple's profile goes here."
        ),
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Set phones and browsers up to ask over TLS or HTTPS (dns.encrypted), at home and away.

    \b
    blocker private-dns                      what to type where
    blocker private-dns --id anna-phone      for a device that a group knows as id:anna-phone
    blocker private-dns -o home.mobileconfig    a profile for iPhone, iPad or Mac
    """
    from blocker.export.save import save
    from blocker.privatedns import client_id

    try:
        who = client_id(id_) if id_ else ""
        offered = _offered(config)
        chosen = protocol.value if protocol else next(iter(offered.protocols), None)
        profile = offered.profile(chosen, who) if chosen else b""
    except ValueError as error:
        raise StartError(str(error)) from None
    if output is None:
        for label, text in _lines(offered, who):
            typer.echo(f"{label:<9} {text}")
    elif profile:
        save(profile.decode(), output)
        typer.echo(f"{output}: send it to the device, and open it there", err=True)
    else:
        message = (
            f"phones can use no port of ours; serve HTTPS, or TLS on port 853 ({_ports(offered)})"
        )
        raise StartError(message)


def _offered(config: Path | None) -> "PrivateDns":
    from blocker.config.load import load_config
    from blocker.privatedns import PrivateDns

    encrypted = load_config(config).dns.encrypted
    if encrypted is None:
        raise StartError("nothing is served encrypted; set dns.encrypted (README, Encrypted DNS)")
    if not (name := encrypted.named()):
        raise StartError(
            f"{encrypted.key} cannot be read, so the name is not known; run as the server's user, "
            "or write it as dns.encrypted.name"
        )
    ports = [tuple(each.port for each in given) for given in (encrypted.tls, encrypted.https)]
    return PrivateDns(name, *ports)


def _lines(offered: "PrivateDns", who: str) -> list[tuple[str, str]]:
    android = offered.android(who) or "not possible: it knows port 853 alone"
    file = f"{who or 'home'}.mobileconfig"
    chosen = f" --id {who}" if who else ""
    apple = f"blocker private-dns{chosen} -o {file}, and open that file on the device"
    return [
        ("Android", f"Settings, Network, Private DNS: {android}"),
        ("Apple", apple if offered.protocols else "not possible: no port that it knows"),
        ("browsers", offered.url(who) or "not possible: DNS over HTTPS is not served"),
    ]


def _ports(offered: "PrivateDns") -> str:
    return ", ".join(map(str, (*offered.tls, *offered.https)))
