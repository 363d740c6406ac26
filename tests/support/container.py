"""A container of an image, held as tightly as a service of a compose file says.

    container = Container(image, service, DEPLOY, folder)
    container.start(); container.run(*image.healthcheck); container.stop()

It shares the network of who starts it, as with `network_mode: host`. Rule: what is written in the
service and not understood here is an error.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from tests.support.image import Image, Mount, enter

# What an engine does around a container; there is none here.
AROUND: Final = frozenset({"image", "build", "restart", "ulimits"})


class Container:
    """`below` is the folder of the compose file, `folder` a place for volumes and the log."""

    def __init__(self, image: Image, service: Mapping[str, Any], below: Path, folder: Path) -> None:
        said = {key: value for key, value in service.items() if key not in AROUND}
        assert said.pop("network_mode") == "host"
        assert said.pop("cap_drop") == ["ALL"]
        assert said.pop("security_opt") == ["no-new-privileges:true"]
        self._read_only: bool = said.pop("read_only")
        self._grace = float(said.pop("stop_grace_period").removesuffix("s"))
        self._mounts = [Mount(None, place) for place in said.pop("tmpfs")]
        self._image = image
        self.below = below
        for volume in said.pop("volumes"):
            source, target, how = f"{volume}:".split(":")[:3]
            ours = source.startswith(".")
            place = (below / source).resolve() if ours else self._volume(target, folder / source)
            self._mounts.append(Mount(place, target, read_only=how == "ro"))
        assert not said, f"not understood: {said}"
        self.log = folder / "container.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        image = self._image
        command = [*self._new(), *self._as_its_user(), *image.entrypoint, *image.command]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        self.wait_until(lambda: self.ended_with is not None or self._has_its_root())

    @property
    def pid(self) -> int:
        """Of its first process; 0 when there is none yet, or no longer."""
        assert self._process is not None
        with suppress(FileNotFoundError):
            listed = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
            return int((listed.read_text().split() or ["0"])[0])
        return 0

    @property
    def ended_with(self) -> int | None:
        assert self._process is not None
        return self._process.poll()

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """In the container if it runs, as `docker exec` does; else in a new one, on its volumes."""
        where = self._new()
        if self._process is not None and self.ended_with is None:
            spaces = ["--mount", "--pid", "--ipc", "--root", "--wd"]
            where = ["nsenter", f"--target={self.pid}", *spaces]
        whole = [*where, *self._as_its_user(), *command]
        return subprocess.run(whole, capture_output=True, text=True, timeout=30)

    def wait_until(self, condition: Any, seconds: float = 30) -> None:
        until = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.05)

    def stop(self) -> int:
        """As an engine does; what it ended with. TimeoutExpired: it would have been killed."""
        assert self._process is not None
        os.kill(self.pid, signal.Signals[self._image.stop_signal])
        return self._process.wait(self._grace)

    def kill(self) -> None:
        if self._process is not None and self._process.poll() is None:
            # Of the first process, with which all others die; not of who waits for it: what asked
            # for that to be its death too is forgotten when the user changes (prctl(2)).
            os.kill(self.pid or self._process.pid, signal.SIGKILL)
            self._process.wait(10)

    def _has_its_root(self) -> bool:
        with suppress(FileNotFoundError):  # it ended just now
            return bool(self.pid) and Path(f"/proc/{self.pid}/root").readlink() == self._image.root
        return False

    def _volume(self, target: str, place: Path) -> Path:
        """New, with what the image has there, and its owner."""
        inside = self._image.inside(target)
        shutil.copytree(inside, place)
        shutil.copystat(inside, place)
        os.chown(place, inside.stat().st_uid, inside.stat().st_gid)
        return place

    def _new(self) -> list[str]:
        return enter(self._image, self._mounts, read_only=self._read_only)

    def _as_its_user(self) -> list[str]:
        user, _, group = self._image.user.partition(":")
        said = [f"{name}={value}" for name, value in self._image.environment.items()]
        rights = ["--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
        who = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", *rights]
        return [*who, "env", "-i", f"--chdir={self._image.folder}", *said]
