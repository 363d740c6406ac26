"""An image, built by a Dockerfile's own instructions, without an engine.

    image = build(ROOT / "deploy/docker/Dockerfile", folder)

Each FROM begins a clean root: this machine's /usr and the tests' Python, read-only, in the place of
the base image's; everything else is new. RUN happens in it as root, in namespaces of its own, where
nothing of this machine's but /usr and /dev is seen. What differs from an engine: the base image's
files, layers, and RUN's cache of pip, which is the one this user has anyway.
"""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tests.support.dockerfile import Instruction, instructions, is_ignored
from tests.support.source import ROOT

PATH = "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
FOLDERS = ("usr", "usr-local/bin", "etc", "proc", "dev", "opt", "run", "root", "srv", "var/lib")
# What an engine puts there for the network that it is in, and what every Debian has.
ETC = (
    "resolv.conf", "hosts", "nsswitch.conf", "ld.so.cache", "login.defs", "pip.conf", "ssl/certs",
    "ssl/openssl.cnf",
)  # fmt: skip
# How this machine gets to the index, which an engine's own settings would say.
NETWORK = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_CERT", "HTTPS_PROXY", "https_proxy")
PASSWD = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/nonexistent:/usr/sbin/nologin\n"
GROUP = "root:x:0:\nnogroup:x:65534:\n"


@dataclass(frozen=True, slots=True)
class Mount:
    """Of a folder of this machine's; without `source`, of an empty one in memory."""

    source: Path | None
    target: str
    read_only: bool = False


@dataclass(slots=True)
class Image:
    """A stage: its files, and how a container of it is started."""

    root: Path
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": PATH})
    folder: str = "/"
    user: str = "0:0"
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    healthcheck: list[str] = field(default_factory=list)
    stop_signal: str = "SIGTERM"

    def inside(self, path: str) -> Path:
        """Where a path of the image's is on this machine."""
        return self.root / PurePosixPath(self.folder, path).relative_to("/")

    def base(self) -> list[Mount]:
        """What stands in for the base image, whose Python is in /usr/local."""
        python, usr = Path(sys.base_prefix), Path("/usr")
        if python == usr:
            local = [Mount(self.root / "usr-local", "/usr/local", read_only=True)]
        else:  # where it was built for is where it looks for its library
            local = [Mount(python, place, read_only=True) for place in ("/usr/local", str(python))]
        return [Mount(usr, "/usr", read_only=True), *local, Mount(Path("/dev"), "/dev")]


def build(dockerfile: Path, folder: Path) -> Image:
    """The last stage. Takes root; AssertionError, with what was printed, when a step fails."""
    stages: dict[str, Image] = {}
    image = None
    for step in instructions(dockerfile.read_text(encoding="utf-8")):
        if step.word == "FROM":
            _, _, name = step.rest.partition(" AS ")
            image = stages[name] = _clean(folder / (name or "last"))
        else:
            assert image is not None, "FROM comes first"
            _do(step, image, stages)
    assert image is not None
    return image


def enter(image: Image, mounts: Sequence[Mount] = (), *, read_only: bool = False) -> list[str]:
    """The beginning of a command that is then run in the image, as root, alone with its processes.

    Mounts are made in a namespace of the command's own, and are gone with it.
    """
    root = shlex.quote(str(image.root))
    lines = ["set -e", f"mount --bind {root} {root}"]
    for mount in (*image.base(), *mounts):
        place = shlex.quote(f"{image.root}{mount.target}")
        lines.append(f"mkdir -p {place}")
        if mount.source is None:
            lines.append(f"mount -t tmpfs -o mode=1777 tmpfs {place}")
        else:
            lines.append(f"mount --rbind {shlex.quote(str(mount.source))} {place}")
        if mount.read_only:
            lines.append(f"mount -o remount,bind,ro {place}")
    lines.append(f"mount -t proc proc {root}/proc")
    if read_only:
        lines.append(f"mount -o remount,bind,ro {root}")
    lines.append(f'cd {root} && exec chroot . "$@"')
    apart = ["unshare", "--mount", "--pid", "--ipc", "--fork", "--kill-child"]
    return [*apart, "sh", "-c", "\n".join(lines), "enter"]


def _clean(root: Path) -> Image:
    for name in FOLDERS:
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / "tmp").mkdir()
    (root / "tmp").chmod(0o1777)
    for name in ("bin", "sbin", "lib", "lib64"):  # links into /usr, on every Debian since 12
        if (link := Path("/", name)).is_symlink():
            (root / name).symlink_to(link.readlink())
    (root / "etc/passwd").write_text(PASSWD)
    (root / "etc/group").write_text(GROUP)
    for name in ETC:
        source, target = Path("/etc", name), root / "etc" / name
        target.parent.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True)
        elif source.exists():
            shutil.copy(source, target)
    python = f"/usr/bin/python3.{sys.version_info.minor}"  # where there is none in /usr/local
    (root / "usr-local/bin/python").symlink_to(python)
    return Image(root)


def _do(step: Instruction, image: Image, stages: Mapping[str, Image]) -> None:
    match step.word:
        case "RUN":
            _run(step, image)
        case "COPY":
            _copy(step, image, stages)
        case "WORKDIR":
            image.folder = step.rest
            image.inside(".").mkdir(parents=True, exist_ok=True)
        case "ENV":
            for name, value in step.pairs().items():
                image.environment[name] = value.replace("$PATH", image.environment["PATH"])
        case "USER":
            image.user = step.rest
        case "STOPSIGNAL":
            image.stop_signal = step.rest
        case "HEALTHCHECK":
            image.healthcheck = step.command()
        case "ENTRYPOINT":
            image.entrypoint = step.words()
        case "CMD":
            image.command = step.words()
        case "LABEL" | "VOLUME" | "EXPOSE":
            pass  # these tell others what it is; it runs no differently


def _run(step: Instruction, image: Image) -> None:
    assert image.user == "0:0"
    mounts = []
    if mount := step.flags.get("mount"):
        kind, _, target = mount.partition(",target=")
        assert kind == "type=cache"
        cache = Path(os.environ.get("PIP_CACHE_DIR", Path.home() / ".cache" / "pip"))
        cache.mkdir(parents=True, exist_ok=True)
        mounts = [Mount(cache, target)]
    network = {name: os.environ[name] for name in NETWORK if name in os.environ}
    environment = {"HOME": "/root", **network, **image.environment}
    said = [f"{name}={value}" for name, value in environment.items()]
    command = ["env", "-i", f"--chdir={image.folder}", *said, "/bin/sh", "-c", step.rest]
    done = subprocess.run(
        [*enter(image, mounts), *command], capture_output=True, text=True, timeout=500
    )
    assert done.returncode == 0, f"RUN {step.rest}\n{done.stdout}{done.stderr}"


def _copy(step: Instruction, image: Image, stages: Mapping[str, Image]) -> None:
    *sources, target = step.words()
    into_folder = target.endswith("/") or len(sources) > 1
    place = image.inside(target)
    for each in sources:
        if stage := step.flags.get("from"):
            source = stages[stage].inside(each)
            ignored = None
        else:
            source = ROOT / each
            ignored = _ignored
        if source.is_dir():
            shutil.copytree(source, place, symlinks=True, dirs_exist_ok=True, ignore=ignored)
        else:
            assert ignored is None or not _ignored(str(source.parent), [source.name]), each
            to = place / source.name if into_folder else place
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, to)


def _ignored(folder: str, names: Sequence[str]) -> set[str]:
    """Those of a folder's names that a .dockerignore keeps from the engine."""
    patterns = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    here = Path(folder).relative_to(ROOT)
    return {name for name in names if is_ignored(here / name, patterns)}
