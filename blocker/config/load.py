"""Finding, reading and checking the configuration file.

Rule: every fault is reported at once, as file:line and what to write instead. Relative paths count
from the folder of the file, so that `serve` and `token create` mean the same state folder wherever
they are called; without a file they count from the working directory. For the same reason
$STATE_DIRECTORY of systemd is not asked: only the service is told of it.
"""

import socket
from collections.abc import Collection, Iterator, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from blocker.config.admin import admin_faults
from blocker.config.blocking import Blocking
from blocker.config.encrypted import certificate_faults, encrypted_faults
from blocker.config.groups import group_faults
from blocker.config.model import Config
from blocker.config.units import Endpoint
from blocker.config.upstreams import Upstream
from blocker.errors import Problem, Problems, StartError
from blocker.yamlfile import Document, read, suggest, validate

SEARCHED: Final = (Path("blocker.yaml"), Path("/etc/blocker/blocker.yaml"))
OVERLAY: Final = "lists.d"
ETC: Final = Path("/etc")
OF_THE_SYSTEM: Final = Path("/var/lib/blocker")  # deploy/systemd and deploy/docker have it too


def load_config(path: Path | None = None) -> Config:
    """The configuration in `path`, else in the first file found, else the defaults.

    Raises Problems with every fault in the file, StartError if the file cannot be read. Faults that
    may be gone without an edit of it are no reason: they are in `passing`.
    """
    path = path or find_config()
    if path is None:
        return _anchored(Config(), Path.cwd())
    _must_be_readable(path)
    document = read(path)
    try:
        config = _anchored(validate(document, Config), path.resolve().parent)
    except Problems as error:
        raise Problems(sorted({*error.problems, *group_faults(document)})) from None
    passing = tuple(_passing(config, document))
    if problems := [*_cross_checks(config, document), *group_faults(document)]:
        raise Problems(sorted([*problems, *passing]))
    config._document, config._passing = document, passing
    return config


def find_config() -> Path | None:
    """The file that is read when none is named."""
    for path in SEARCHED:
        try:
            if path.is_file():
                return path
        except PermissionError:
            message = f"{path} cannot be read: permission denied; name another file with -c"
            raise StartError(message) from None
    return None


def default_state(folder: Path) -> Path:
    """Where state is when a file in this folder does not say: beside it, but never below /etc.

    That is for configuration (FHS 3.0, section 3.7), and a service may not write there.
    """
    return OF_THE_SYSTEM if folder.is_relative_to(ETC) else folder / "state"


def unknown_vendors(config: Config, known: Collection[str]) -> list[Problem]:
    """Switches of vendors that no list knows: they would do nothing, and nobody would notice."""
    if (document := config.document) is None:
        return []
    places: list[tuple[tuple[str | int, ...], Blocking]] = [((), config.blocking)]
    places += [(("groups", index), group.blocking) for index, group in enumerate(config.groups)]
    return [
        document.problem(
            (*place, "blocking", "vendors", vendor),
            f"no list has a vendor {vendor}",
            suggest(vendor, sorted(known)),
        )
        for place, blocking in places
        for vendor in blocking.vendors
        if vendor not in known
    ]


def _must_be_readable(path: Path) -> None:
    try:
        with path.open("rb"):
            return
    except FileNotFoundError:
        message = f"{path} does not exist; check the path after -c"
    except PermissionError:
        message = f"{path} cannot be read: permission denied; run as a user who may, or chmod it"
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
    raise StartError(message)


def _anchored(config: Config, folder: Path) -> Config:
    written = config.model_fields_set
    state = folder / config.state.expanduser() if "state" in written else default_state(folder)
    return config.model_copy(
        update={
            "state": state,
            "admin": config.admin.anchored(folder),
            "dns": config.dns.anchored(folder),
            "lists": config.lists and folder / config.lists.expanduser(),
            "overlay": folder / config.overlay.expanduser()
            if "overlay" in written
            else state / OVERLAY,
            "subscriptions": tuple(each.anchored(folder, state) for each in config.subscriptions),
            "hosts": tuple(folder / path.expanduser() for path in config.hosts),
        }
    )


def _cross_checks(config: Config, document: Document) -> Iterator[Problem]:
    """What a model cannot see: one section against another, and the files that are named."""
    yield from _loops(config, document)
    yield from admin_faults(config.admin, document)
    if config.dns.encrypted is not None:
        others = [("dns.listen", each) for each in config.dns.listen]
        others += [("admin.listen", config.admin.listen)]
        yield from encrypted_faults(config.dns.encrypted, others, document)
    if config.admin.listen in config.dns.listen:
        yield document.problem(
            ("admin", "listen"), f"{config.admin.listen} answers DNS", "choose another port"
        )
    if config.lists is not None and not config.lists.is_dir():
        yield document.problem(("lists",), f"no folder {config.lists}", "write one that exists")
    if document.value.get("overlay") is not None and not config.overlay.is_dir():
        yield document.problem(
            ("overlay",), f"no folder {config.overlay}", "make it, or leave it out"
        )
    for index, subscription in enumerate(config.subscriptions):
        if not subscription.is_download and not subscription.file.is_file():
            yield document.problem(
                ("subscriptions", index, "source"),
                f"no file {subscription.file}",
                "relative paths count from the folder of this file",
            )
    for index, path in enumerate(config.hosts):
        if not path.is_file():
            yield document.problem(
                ("hosts", index),
                f"no file {path}",
                "relative paths count from the folder of this file",
            )


def _passing(config: Config, document: Document) -> Iterator[Problem]:
    if config.dns.encrypted is not None:
        yield from certificate_faults(config.dns.encrypted, document)


def _loops(config: Config, document: Document) -> Iterator[Problem]:
    lists: list[tuple[tuple[str | int, ...], Sequence[Upstream]]] = [((), config.upstreams)]
    lists += [(("groups", index), group.upstreams) for index, group in enumerate(config.groups)]
    ours = list(config.dns.listen)
    if (encrypted := config.dns.encrypted) is not None:
        ours += [*encrypted.tls, *encrypted.https]
    for place, upstreams in lists:
        for index, upstream in enumerate(upstreams):
            for listen in ours:
                if any(leads_to(endpoint, listen) for endpoint in upstream.endpoints):
                    yield document.problem(
                        (*place, "upstreams", index),
                        f"{upstream.url} is this resolver itself, listening on {listen}",
                        "name another resolver: the question would go round in circles",
                    )


def leads_to(upstream: Endpoint, listen: Endpoint) -> bool:
    """Whether what is sent to `upstream` arrives at our own `listen`."""
    target, own = ip_address(upstream.host), ip_address(listen.host)
    if upstream.port != listen.port or target.version != own.version:
        return False
    return target == own or (own.is_unspecified and _is_ours(upstream.host))


def _is_ours(host: str) -> bool:
    """Whether an address is this machine's: only such a one can be bound."""
    address = ip_address(host)
    if address.is_loopback:
        return True
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((host, 0))
    except OSError:
        return False
    return True
