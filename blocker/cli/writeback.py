"""`blocker config`: the configuration with what was changed later, as YAML; and written back."""

import shutil
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blocker.cli.options import ConfigFile
from blocker.errors import BlockerError, StartError

if TYPE_CHECKING:
    from blocker.link import Generation
    from blocker.store import Key, Setting, Settings, Store


def config(
    write: Annotated[
        bool, typer.Option("--write", help="Into the file, after a copy was made of it.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """The configuration with all that was changed by API and command line, as YAML.

    \b
    blocker config                       what the file would have to say
    blocker config | diff blocker.yaml - what was changed since
    blocker config --write               say it there, and forget it here

    Comments stay. What lasts for a while only, or is for one client, stays where it is kept.
    """
    from blocker.cli.change import now
    from blocker.config import load_config
    from blocker.config.load import find_config
    from blocker.store import Store
    from blocker.store.merge import merged
    from blocker.yamlfile import parse
    from blocker.yamltext import rewritten

    path = config or find_config()
    state = load_config(path).state
    text = path.read_text(encoding="utf-8-sig") if path else ""
    document = parse(text, str(path))
    store = Store(state)
    try:
        settings = store.settings()
        in_force = list(settings.in_force(now()))
        value, keys = merged(document.value, in_force)
        new = rewritten(text, document, value)
        if write:
            _write(path, new, keys, settings, store)
        else:
            typer.echo(new, nl=False)
    finally:
        store.close()
    _tell_what_stays([each for each in in_force if each.key not in keys])


def _tell_what_stays(settings: "list[Setting]") -> None:
    for each in settings:
        typer.echo(f"not in it, for no configuration can say it: {each}", err=True)


def _write(
    path: Path | None, text: str, keys: "list[Key]", settings: "Settings", store: "Store"
) -> None:
    if path is None:
        raise StartError("there is no configuration file; make one: blocker config > blocker.yaml")
    if not keys:
        typer.echo(f"{path} says all of it already")
        return
    path = path.resolve()
    fresh = path.with_name(f".{path.name}.new")
    try:
        _copy_rights(path, fresh)
        fresh.write_text(text, encoding="utf-8")
        _must_say_the_same(path, fresh, keys, settings)
        kept = _spare(path)
        shutil.copy2(path, kept)
        fresh.replace(path)
    except OSError as error:
        message = f"cannot write {error.filename}: {error.strerror}; run as a user who may"
        raise StartError(message) from None
    finally:
        with suppress(OSError):
            fresh.unlink()
    try:
        _hand_over(path, keys, settings, store)
    except BlockerError:
        kept.replace(path)
        raise
    typer.echo(f"{path}: written; what it said before is in {kept.name}")


def _must_say_the_same(path: Path, fresh: Path, keys: "list[Key]", settings: "Settings") -> None:
    """What would be in force with the new file and what stays, against what is now."""
    from blocker.admin.plan import prepare
    from blocker.cli.change import now
    from blocker.store import Settings, effective

    at = now()
    stay = Settings(tuple(each for each in settings if each.key not in keys))
    before = effective(prepare(path).generation, settings, at)
    after = effective(prepare(fresh).generation, stay, at)
    if _comparable(before) != _comparable(after):
        raise StartError(
            f"{path} could not be made to say the same; nothing is written. "
            "See `blocker config` for what it would say, and write it by hand"
        )


def _comparable(generation: "Generation") -> Any:
    """All but where a rule was said, and in which order."""
    from blocker.store.settings import canonical

    rules = [
        {name: value for name, value in rule.items() if name not in ("list", "line", "text")}
        | {"text": canonical(rule["text"])}
        for rule in generation.rules
    ]
    return generation.groups, sorted(rules, key=str), generation.paused_until


def _hand_over(path: Path, keys: "list[Key]", settings: "Settings", store: "Store") -> None:
    from blocker.cli.change import now, own_name
    from blocker.cli.control import NoServer, Server

    server = Server(store.path.parent)
    told = [[key.kind, key.subject, key.group, key.client] for key in keys]
    try:
        server.post("reload")
        server.post("written", {"file": str(path), "change": settings.last, "keys": told})
    except NoServer:
        store.hand_over(keys, str(path), own_name(), now())


def _spare(path: Path) -> Path:
    """A name for the copy that nothing has yet."""
    name = f"{path.name}.{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    return path.with_name(name)


def _copy_rights(path: Path, fresh: Path) -> None:
    shutil.copy(path, fresh)
    with suppress(PermissionError):
        shutil.chown(fresh, path.stat().st_uid, path.stat().st_gid)
