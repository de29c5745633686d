"""`python -m devtools.image`: the image's steps in a scratch root, and a worker that makes a clip there.

What it does not prove: Docker itself, the base image's Python and Debian's tini (this machine's Python
is used, and no init), and the network of containers.
"""

import contextlib
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from devtools.broker.tansu import TansuBroker
from devtools.chaos.pictures import plays
from devtools.child import Child
from devtools.image.dockerfile import Recipe
from devtools.image.root import Root
from devtools.installation import FOR_TANSU, ROOT, Installation
from devtools.port import free_port

_PATIENCE = 60.0
_WRITE = "import pathlib; pathlib.Path({!r}).write_text('x')"


class ImageError(Exception):
    """The image would not do what it must."""


def main() -> int:
    """Exit code 0 if the worker makes a clip in the scratch root, and can write nowhere else."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="image-")))
        recipe = Recipe.read((ROOT / "Dockerfile").read_text())
        root = Root(folder / "root", ROOT, recipe)
        began = time.monotonic()
        root.install()
        _say("packages", "installed from the lock with hashes, wheels only", began)
        root.fill()
        broker = stack.enter_context(TansuBroker(folder / "broker"))
        site = Installation(folder, broker.address, FOR_TANSU)
        if (made := site.command("topics", "create")).returncode:
            raise ImageError(made.stdout + made.stderr)
        stack.enter_context(site.camera("camera1"))
        port = free_port()
        settings = {
            **FOR_TANSU,
            "CLIPS_KAFKA__BOOTSTRAP_SERVERS": broker.address,
            "CLIPS_HTTP__PORT": str(port),
        }
        _prove(root, recipe, site, settings, port)
    return 0


def _prove(
    root: Root, recipe: Recipe, site: Installation, settings: dict[str, str], port: int
) -> None:
    def inside(*argv: str) -> subprocess.CompletedProcess[str]:
        command = root.command(argv, site.footage, settings)
        return subprocess.run(command, capture_output=True, text=True, check=False)

    for path in (f"{recipe.folder}/x", f"{recipe.folder}/mediamtx_clips/x", "/etc/x", "/x"):
        if not inside("python", "-c", _WRITE.format(path)).returncode:
            raise ImageError(f"{path} can be written")
    start = [word for word in recipe.start if word not in {"tini", "--"}]
    began = time.monotonic()
    argv = root.command(start, site.footage, settings)
    with Child(argv, log=site.logs / "image.log", env={"PATH": "/usr/sbin:/usr/bin"}) as worker:
        _until(worker, lambda: inside(*recipe.probe).returncode == 0)
        _say("health", "the HEALTHCHECK says yes", began)
        began = time.monotonic()
        url = _clip(worker, port)
        video = root.output / url[1:]
        if not plays(video):
            raise ImageError(f"{video.name} does not play")
        owner = video.stat().st_uid
        _say("clip", f"{video.name}, {video.stat().st_size} bytes, of user {owner}", began)
        if str(owner) != recipe.user.partition(":")[0]:
            raise ImageError(f"the clip belongs to {owner}")
        began = time.monotonic()
        if code := worker.stop(45):
            raise ImageError(f"SIGTERM ended it with {code}:\n{worker.tail()}")
        _say("end", "SIGTERM, exit code 0", began)


def _clip(worker: Child, port: int) -> str:
    """Reports an incident; returns the path of its clip once it is done."""
    at = (datetime.now(UTC) - timedelta(seconds=20)).isoformat()
    body = json.dumps({"camera_id": "camera1", "timestamp": at, "before": 3, "after": 2}).encode()
    path = f"/clips/{_ask(port, '/clips', body)['clip_id']}"
    _until(worker, lambda: _ask(port, path)["status"] in {"done", "failed"})
    found = _ask(port, path)
    if found["outcome"] != "complete":
        raise ImageError(f"the answer is {found['outcome']}: {found['reason']}\n{worker.tail()}")
    return str(found["download_url"])


def _ask(port: int, path: str, body: bytes | None = None) -> dict[str, object]:
    headers = {"Content-Type": "application/json"}
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, headers)
    with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310 - our own
        found: dict[str, object] = json.load(answer)
        return found


def _until(worker: Child, true: Callable[[], bool]) -> None:
    until = time.monotonic() + _PATIENCE
    while not true():
        if worker.wait(0.2) is not None or time.monotonic() > until:
            raise ImageError(f"the worker does not get there:\n{worker.tail()}")


def _say(name: str, text: str, began: float) -> None:
    sys.stdout.write(f"  {name:<9} {text}  ({time.monotonic() - began:.1f} s)\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
