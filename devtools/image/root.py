"""A scratch root: this machine's system folders and Python read-only, the image's own folders, no more.

Needs root and `unshare`, `mount`, `chroot`, `setpriv`. Mounts are in a namespace of each process and
end with it.
"""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from devtools.image.dockerfile import Recipe

_VENV = "opt/venv"
_SYSTEM = ("usr", "bin", "sbin", "lib", "lib64", "etc")


class Root:
    """The file system of the image, below `folder`."""

    def __init__(self, folder: Path, checkout: Path, recipe: Recipe) -> None:
        self.folder = folder.absolute()
        self._checkout = checkout
        self._recipe = recipe
        self.output = self._app / "output"

    @property
    def _app(self) -> Path:
        return self.folder / self._recipe.folder.strip("/")

    def install(self) -> None:
        """The packages, from the lock with its hashes, into an environment of their own."""
        venv = self.folder / _VENV
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        pip: list[str | Path] = [
            venv / "bin/pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]
        lock = ["--require-hashes", "--only-binary", ":all:", "-r", "requirements.txt"]
        subprocess.run([*pip, *lock], cwd=self._checkout, check=True)

    def fill(self) -> None:
        """The product, and empty folders where something will be mounted."""
        self._app.mkdir(parents=True)
        for source, target in self._recipe.copies:
            _copy(self._checkout / source, self._app / target)
        for name in ("tmp", "proc", "dev", *(n for n in _SYSTEM if not Path("/", n).is_symlink())):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        for name in (n for n in _SYSTEM if Path("/", n).is_symlink()):
            (self.folder / name).symlink_to(Path("/", name).readlink())
        (self.folder / sys.base_prefix.strip("/")).mkdir(parents=True, exist_ok=True)
        for name in ("mediamtx_clips", "output"):
            (self._app / name).mkdir(exist_ok=True)
        user, _, group = self._recipe.user.partition(":")
        os.chown(self.output, int(user), int(group or user))

    def command(
        self, argv: Sequence[str], footage: Path, settings: Mapping[str, str]
    ) -> list[str | Path]:
        """Runs `argv` inside: nothing of our environment, no rights, only output/ and /tmp to write."""
        user, _, group = self._recipe.user.partition(":")
        env = {**self._recipe.environment, **settings}
        rights = ["--clear-groups", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
        inside: list[str | Path] = [
            *("chroot", self.folder, "setpriv", f"--reuid={user}", f"--regid={group or user}"),
            *rights,
            *("env", "-i", f"--chdir={self._recipe.folder}"),
            *(f"{name}={value}" for name, value in env.items()),
            *argv,
        ]
        script = "set -e\n" + "\n".join([*self._mounts(footage), 'exec "$@"'])
        return ["unshare", "--mount", "--propagation=private", "sh", "-c", script, "sh", *inside]

    def _mounts(self, footage: Path) -> list[str]:
        own = [name for name in _SYSTEM if not Path("/", name).is_symlink()]
        seen = [(Path("/", name), self.folder / name) for name in own]
        if not sys.base_prefix.startswith("/usr"):
            base = Path(sys.base_prefix)
            seen.append((base, self.folder / sys.base_prefix.strip("/")))
        seen.append((footage, self._app / "mediamtx_clips"))
        lines = [_mount("--bind", self.folder, self.folder)]
        for source, target in seen:
            lines += [_mount("--bind", source, target), _read_only(target)]
        lines += [
            _mount("--rbind", Path("/proc"), self.folder / "proc"),
            _mount("--rbind", Path("/dev"), self.folder / "dev"),
            _mount("-t tmpfs", Path("tmpfs"), self.folder / "tmp"),
            _mount("--bind", self.output, self.output),
            _read_only(self.folder),
        ]
        return lines


def _mount(how: str, source: Path, target: Path) -> str:
    return f"mount {how} {shlex.quote(str(source))} {shlex.quote(str(target))}"


def _read_only(target: Path) -> str:
    return f"mount -o remount,bind,ro {shlex.quote(str(target))}"


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)
