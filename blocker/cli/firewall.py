"""`blocker export --format nftables`: rules for a router; the other formats are lists of names."""

from collections.abc import Sequence
from pathlib import Path

from blocker.errors import StartError


def firewall_text(
    config: Path | None,
    interfaces: Sequence[str],
    resolvers: Sequence[str],
    port: int | None,
    exempt: Sequence[str],
) -> str:
    """The whole file."""
    from blocker import __version__
    from blocker.catalog.load import default_lists, load_catalogue
    from blocker.catalog.resolvers import PACK, read_resolvers
    from blocker.config.load import load_config
    from blocker.export.nftables import firewall, ruleset

    wall = firewall(interfaces, resolvers, port or 53, exempt)
    settings = load_config(config)
    folder = settings.lists or default_lists()
    catalogue = load_catalogue(folder, settings.overlay)
    known = read_resolvers(folder)
    products = {
        product
        for vendor in catalogue.vendors
        if vendor.vendor == PACK
        for product in vendor.products
    }
    without = sorted(products - {each.product for each in known})
    head = [
        "#!/usr/sbin/nft -f",
        f"# Made with: blocker {__version__}, {_command(interfaces, resolvers, port, exempt)}",
        f"# Version of the lists: {catalogue.version}",
    ]
    return "\n".join([*head, *ruleset(wall, known, without)]) + "\n"


def refuse_firewall_options(*given: object) -> None:
    """Of an export that is a list of names."""
    if any(given):
        message = "--interface, --resolver, --port and --exempt are for --format nftables"
        raise StartError(message)


def refuse_name_options(*given: object) -> None:
    """Of the export that is no list of names."""
    if any(given):
        message = "--vendor, --purpose and --max-breakage choose names, not addresses"
        raise StartError(message)


def _command(
    interfaces: Sequence[str], resolvers: Sequence[str], port: int | None, exempt: Sequence[str]
) -> str:
    parts = ["blocker export --format nftables"]
    for option, values in (
        ("--interface", interfaces),
        ("--resolver", resolvers),
        ("--port", [port] if port else []),
        ("--exempt", exempt),
    ):
        parts += [f"{option} {value}" for value in values]
    return " ".join(parts)
