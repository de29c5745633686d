"""The Dockerfile as the scratch root reads it."""

import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from devtools.image.dockerfile import Recipe

ROOT = Path(__file__).parents[3]
RECIPE = Recipe.read((ROOT / "Dockerfile").read_text())


def test_the_product_is_copied_whole() -> None:
    assert {source.strip("/") for source, _ in RECIPE.copies} == {
        "faust_app.py",
        "schemas",
        "topics",
        "processors",
        "streams",
    }
    assert all((ROOT / source).exists() for source, _ in RECIPE.copies)


def test_user_folder_and_commands_are_found() -> None:
    assert (RECIPE.user, RECIPE.folder) == ("10001:10001", "/app")
    assert RECIPE.start == ["tini", "--", "python", "faust_app.py", "worker"]
    assert RECIPE.probe == ["python", "faust_app.py", "health"]
    assert RECIPE.environment["TZ"] == "UTC"
    assert RECIPE.environment["PATH"].startswith("/opt/venv/bin:")


def test_continued_lines_and_earlier_stages() -> None:
    text = (
        "FROM a AS b\nUSER 1\nFROM c\nENV A=1 \\\n    B='two words'\nCOPY --from=b x y\nCOPY p q\n"
    )
    found = Recipe.read(text)
    assert found.environment == {"A": "1", "B": "two words"}
    assert found.copies == [("p", "q")]
    assert found.user == "0:0"


class Ready(BaseHTTPRequestHandler):
    """A worker that is ready, and serves nothing else."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/healthz/ready" else 404)
        self.end_headers()
        self.wfile.write(b'{"status": "ready"}')

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Nothing to say."""


@pytest.fixture
def port() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Ready) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def check(**env: str) -> int:
    """What the image's check comes to where these are set."""
    argv = [sys.executable, *RECIPE.probe[1:]]
    done = subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, timeout=60, check=False)
    return done.returncode


def test_the_health_check_asks_where_the_worker_listens(port: int, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(f"http: {{host: 0.0.0.0, port: {port}}}")

    assert check(PORT=str(port)) == 0
    assert check(CLIPS_HTTP__PORT=str(port)) == 0
    assert check(CLIPS_CONFIG=str(file)) == 0
    assert check(CLIPS_CONFIG=str(file), PORT="1") == 1


def test_a_health_check_of_settings_that_are_wrong_says_so() -> None:
    assert check(PORT="none") == 2
