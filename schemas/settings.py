"""The whole configuration as models. Only `faust_app` makes one; everything else is given its part.

Precedence: environment (`CLIPS_<SECTION>__<KEY>`) > `config.yaml` > the defaults below.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from schemas.camera import CameraId
from schemas.config_file import read_config
from schemas.kafka_security import Security
from schemas.units import Duration, Shift, Size

OTHER_VARIABLES = frozenset({"CLIPS_CONFIG"})
"""Ours, but not settings."""
FAUST_PREFIX = "CLIPS_FAUST_"
"""Faust reads 80 variables that override its arguments; this prefix keeps `BROKER_URL` harmless."""


def _known_zone(name: str) -> str:
    if name == "local":
        return name
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        msg = f"{name!r} is no time zone: write an IANA name such as Europe/Berlin, UTC, or local"
        raise ValueError(msg) from exc
    return name


ZoneName = Annotated[str, AfterValidator(_known_zone)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Kafka(_Section):
    """Where the topics are."""

    bootstrap_servers: str = Field(
        default="127.0.0.1:9092",
        pattern=r"^[^\s,]+:\d+(,\s*[^\s,]+:\d+)*$",
        description="host:port, several separated by commas.",
    )
    group: str = Field(
        default="incident-clips", min_length=1, description="Consumer group, exactly this."
    )
    instance_id: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9._-]{1,249}$",
        description="Static membership: another one for each worker, the same after its restart.",
    )
    security: Security = Security()
    partitions: int = Field(
        default=12, ge=1, le=1000, description="Partitions of each topic that we create."
    )
    session_timeout: Duration = Field(
        default=6.0, description="Silence after which the group takes a worker's partitions away."
    )
    heartbeat_interval: Duration = Field(
        default=1.5, description="Well below a third of the session timeout."
    )
    idempotent_producer: bool = Field(
        default=True, description="Off only for brokers that cannot: the embedded demo broker."
    )
    fetch_wait: Duration | None = Field(
        default=None,
        description="How long a fetch waits for data; null is Faust's own. For the demo broker.",
    )
    start_timeout: Duration = Field(
        default=600.0, description="How long a worker waits for Kafka at its start before exit 1."
    )
    unassigned_timeout: Duration = Field(
        default=60.0, description="A worker without partitions for this long ends with exit 1."
    )

    @model_validator(mode="after")
    def _heartbeat_fits(self) -> Self:
        if self.heartbeat_interval * 3 > self.session_timeout:
            msg = (
                f"kafka.heartbeat_interval ({self.heartbeat_interval:g}s) must be at most a third "
                f"of kafka.session_timeout ({self.session_timeout:g}s)"
            )
            raise ValueError(msg)
        return self


Patterns = str | Annotated[tuple[str, ...], Field(min_length=1)]
"""One `recordPath`, or several that are all looked for."""


class CameraFootage(_Section):
    """What is different with one camera."""

    pattern: Patterns | None = Field(default=None, description="Instead of footage.pattern.")
    timezone: ZoneName | None = Field(default=None, description="Instead of footage.timezone.")
    offset: Shift = Field(
        default=0.0,
        description="How far the recorder's clock is ahead of the one that this camera's incidents "
        "are told by.",
    )


class Footage(_Section):
    """What the recorder writes. We only read it."""

    root: Path = Field(default=Path("mediamtx_clips"), description="Folder of the recordings.")
    pattern: Patterns = Field(
        default="%path/%path_%Y%m%d_%H%M%S",
        description="MediaMTX recordPath syntax below the root, without extension; or several.",
    )
    timezone: ZoneName = Field(
        default="local", description="Zone of naive times and of names: IANA, UTC or local."
    )
    cameras: dict[CameraId, CameraFootage] = Field(
        default={},
        description="By name: pattern, timezone, offset of cameras that differ.",
    )
    patience: Duration | None = Field(
        default=None,
        description="How long after a window's end to wait for its footage; null = from the "
        "camera's segment length.",
    )
    amend_for: Duration = Field(
        default=600.0,
        description="How long after a window's end a clip is cut again if missing footage turns up.",
    )
    hold_bytes: Size = Field(
        default=10_000_000_000,
        description="Recordings that a waiting incident needs and the recorder is about to delete "
        "are kept (linked, else copied) below output/.held, so many bytes at most.",
    )
    poll_interval: Duration = Field(
        default=0.1, ge=0.01, description="Between two looks at a camera with a due incident."
    )
    watch: bool = Field(
        default=False,
        description="Look at once when a file changes (inotify; needs the package watchfiles). Of no "
        "use on network mounts.",
    )


class Windows(_Section):
    """What may be asked for."""

    max_length: Duration = Field(default=600.0, gt=0, description="Longest window.")
    max_ahead: Duration = Field(
        default=3600.0, description="How far an incident may lie ahead of its own record."
    )


class Checksum(StrEnum):
    """What is computed over each clip."""

    SHA256 = "sha256"
    BLAKE3 = "blake3"
    NONE = "none"


class Durability(StrEnum):
    """What a clip has survived when it is announced."""

    FULL = "full"
    NONE = "none"


class Output(_Section):
    """Where clips and annotations go."""

    root: Path = Field(default=Path("output"), description="Folder of videos/ and annotations/.")
    base_url: str = Field(
        default="", description="Put before /videos/... in events; empty = relative addresses."
    )
    checksum: Checksum = Field(
        default=Checksum.SHA256,
        description="Of each clip, computed while it is written: sha256, blake3 (needs "
        "the extra of that name) or none. A clip of 44 MB takes 1.3 times as long with sha256 as "
        "with none, 1.15 times with blake3 (fsync included; of 8 MB 1.1 and 1.02).",
    )
    durability: Durability = Field(
        default=Durability.FULL,
        description="full: a clip and its annotations are on disk (fsync of files and folders) before "
        "they are announced. none: the kernel writes them when it likes; a power cut or a kernel "
        "crash can then leave announced clips missing, empty or with zeros inside, and they are not "
        "made again by themselves: for backfill that can be replayed with --force. A clip is made and published in half the time.",
    )


class Engine(StrEnum):
    """By which means clips are cut."""

    AUTO = "auto"
    SPLICE = "splice"
    FFMPEG = "ffmpeg"


class Mismatch(StrEnum):
    """What becomes of a window whose segments cannot be joined as they are."""

    TRANSCODE = "transcode"
    PARTIAL = "partial"


class Cut(_Section):
    """How clips are made."""

    engine: Engine = Field(
        default=Engine.AUTO,
        description="auto: the cheapest means that is right for the footage; splice (in process) "
        "or ffmpeg force one.",
    )
    workers: int = Field(default=2, ge=1, le=64, description="Cuts at the same time.")
    timeout: Duration = Field(default=60.0, gt=0, description="A cut that takes longer is killed.")
    mismatch: Mismatch = Field(
        default=Mismatch.TRANSCODE,
        description="Segments that cannot be joined: transcode = encode them again, "
        "partial = show only those that match and say what is missing.",
    )
    transcode_timeout: Duration = Field(
        default=600.0, gt=0, description="The same, of a picture that is encoded again."
    )
    decode_check: int = Field(
        default=100, ge=0, description="1 clip in so many is decoded whole afterwards; 0 = none."
    )


class Limits(_Section):
    """Bounds on memory and on waiting."""

    max_waiting: int = Field(
        default=10_000, ge=1, description="Incidents held by one worker; above it fetching stops."
    )
    max_waiting_per_camera: int = Field(
        default=2_500, ge=1, description="Of one camera; more of them are parked."
    )
    park_after: Duration = Field(
        default=120.0, description="An incident that waits longer is parked on the retry topic."
    )


class Dlq(_Section):
    """When too much goes to the dead letters, a worker stops instead."""

    max_ratio: float | None = Field(
        default=0.5,
        ge=0,
        le=1,
        description="Share of dead letters among the recent records of a worker; null = any.",
    )
    max_consecutive: int | None = Field(
        default=100, ge=0, description="Dead letters in a row; null = any number."
    )


class Drain(_Section):
    """How a worker leaves."""

    timeout: Duration = Field(
        default=30.0, gt=0, description="From SIGTERM to exit 0; what is not done is redelivered."
    )


class Http(_Section):
    """The built-in web server."""

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port to listen on; also PORT.")
    max_connections: int = Field(
        default=500,
        ge=10,
        description="Connections at a time; more are answered with 503. Below the limit of open files.",
    )
    max_body: Size = Field(
        default=262_144, ge=1024, le=1_000_000, description="Largest body that is read."
    )
    body_timeout: Duration = Field(
        default=10.0, gt=0, description="A body must have arrived within this."
    )
    ack_timeout: Duration = Field(
        default=4.0, gt=0, description="Kafka must have acknowledged within this, else 503."
    )
    stall_timeout: Duration = Field(
        default=60.0,
        gt=0,
        description="A download must take 1 MiB within this; idle connections end.",
    )


class Retention(_Section):
    """How long our clips are kept. Recordings are never touched."""

    max_age: Duration | None = Field(
        default=None,
        description="Clips older than this are removed, for example 90d; null = never.",
    )
    max_size: Size | None = Field(
        default=None,
        description="When all clips together are larger, for example 500GB, the oldest are removed; "
        "null = never.",
    )
    min_free: Size = Field(
        default=1_000_000_000,
        description="When less room is free on the output volume, the oldest clips are removed and "
        "nothing is cut; 0 = never.",
    )
    interval: Duration = Field(default=60.0, gt=0, description="Between two looks at all of it.")


class MetricsSettings(_Section):
    """What is counted."""

    max_cameras: int = Field(
        default=100, ge=0, description="Cameras with a label of their own; the rest is `other`."
    )


class LogFormat(StrEnum):
    """How log lines look."""

    AUTO = "auto"
    HUMAN = "human"
    JSON = "json"


class Log(_Section):
    """What is said on stderr."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least that is said: debug, info, warning or error."
    )
    format: LogFormat = Field(default=LogFormat.AUTO, description="auto: human on a terminal.")


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(
        env_prefix="CLIPS_",
        env_nested_delimiter="__",
        # In a variable `null` is what it is in YAML; an empty one would be an empty text.
        env_parse_none_str="null",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    kafka: Kafka = Kafka()
    footage: Footage = Footage()
    windows: Windows = Windows()
    output: Output = Output()
    cut: Cut = Cut()
    limits: Limits = Limits()
    dlq: Dlq = Dlq()
    drain: Drain = Drain()
    http: Http = Http()
    retention: Retention = Retention()
    metrics: MetricsSettings = MetricsSettings()
    log: Log = Log()


def load(path: Path | None) -> Settings:
    """The settings of this process: environment over the YAML file at `path` over defaults.

    Raises `ConfigFileError`, or pydantic's `ValidationError`, which `config_faults` puts into words.
    """

    class Configured(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            del init_settings, dotenv_settings, file_secret_settings
            if path is None:
                return (env_settings,)
            return (env_settings, InitSettingsSource(settings_cls, read_config(path)))

    return Configured()
