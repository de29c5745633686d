"""Java and the jars of Apache Kafka, fetched once by Maven into a folder that is kept."""

import os
import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from devtools.broker.broker import BrokerError

HERE = Path(__file__).parent
VERSION = "4.4.0"
"""As in pom.xml."""
_KEPT = HERE.parents[2] / ".broker" / f"kafka-{VERSION}"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
_JAVA_NEEDED = 17


def missing() -> str | None:
    """Why Apache Kafka cannot run on this machine, with what to do; None if it can."""
    version = _java_version()
    if version < _JAVA_NEEDED:
        found = f"Java {version} is too old" if version else "there is no Java"
        return f"{found}: Apache Kafka needs Java 17 or newer (package openjdk-17-jre-headless)"
    if not fetched() and shutil.which("mvn") is None:
        return "there is no Maven to fetch Apache Kafka's jars with (package maven)"
    return None


def fetched() -> bool:
    """Whether the jars are on this machine already."""
    return _KEPT.exists()


def java(main: str, *args: str | Path, options: tuple[str, ...] = ()) -> list[str | Path]:
    """Argv that runs the class `main` of Kafka."""
    log = f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}"
    quick = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    return [_java(), *options, *quick, log, "-cp", f"{jars()}/*", main, *args]


def jars() -> Path:
    """The folder of the jars; the first call on a machine downloads some 50 MB."""
    if (why := missing()) is not None:
        raise BrokerError(why)
    if not fetched():
        _KEPT.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_KEPT.parent) as folder:
            _fetch(Path(folder) / "jars")
            if not fetched():
                (Path(folder) / "jars").rename(_KEPT)
    return _KEPT


def _fetch(folder: Path) -> None:
    argv = ["mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), _COPY]
    argv += ["-DincludeScope=runtime", f"-DoutputDirectory={folder}"]
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=600, check=False)
    except subprocess.TimeoutExpired as exc:
        raise BrokerError("Maven did not fetch Apache Kafka's jars within 10 minutes") from exc
    if done.returncode or not list(folder.glob(f"kafka_2.13-{VERSION}.jar")):
        raise BrokerError(f"Maven could not fetch Apache Kafka's jars:\n{done.stdout[-2000:]}")


def _java() -> str:
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=f"{home}/bin" if home else None) or "java"


@cache
def _java_version() -> int:
    try:
        said = subprocess.run([_java(), "-version"], capture_output=True, text=True, check=False)
    except OSError:
        return 0
    found = re.search(r'version "(\d+)', said.stderr)
    return int(found[1]) if found else 0
