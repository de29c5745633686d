"""The whole configuration as models. Only `faust_app` makes one; everything else is given its part.

Precedence: environment (`CLIPS_<SECTION>__<KEY>`) > `config.yaml` > the defaults below.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    Field,
)
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from schemas.camera import CameraId
from schemas.clip_settings import Cut, Output, Retention
from schemas.config_file import read_config
from schemas.kafka_settings import Dlq, Kafka
from schemas.section import Section
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


Patterns = str | Annotated[tuple[str, ...], Field(min_length=1)]
"""One `recordPath`, or several that are all looked for."""


class CameraFootage(Section):
    """What is different with one camera."""

    pattern: Patterns | None = Field(default=None, description="Instead of footage.pattern.")
    timezone: ZoneName | None = Field(default=None, description="Instead of footage.timezone.")
    offset: Shift = Field(
        default=0.0,
        description="How far the recorder's clock is ahead of the one that this camera's incidents "
        "are told by.",
    )


class Footage(Section):
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


class Windows(Section):
    """What may be asked for."""

    max_length: Duration = Field(default=600.0, gt=0, description="Longest window.")
    max_ahead: Duration = Field(
        default=3600.0, description="How far an incident may lie ahead of its own record."
    )


class Limits(Section):
    """Bounds on memory and on waiting."""

    max_waiting: int = Field(
        default=10_000, ge=1, description="Incidents held by one worker; above it fetching stops."
    )
    max_waiting_bytes: Size = Field(
        default=32_000_000,
        ge=1_000_000,
        description="Bytes of their records; above it fetching stops. In memory an incident takes "
        "2 kB and 3 to 9 times its record, 26 times where somebody means harm.",
    )
    max_waiting_per_camera: int = Field(
        default=2_500, ge=1, description="Of one camera; more of them are parked."
    )
    park_after: Duration = Field(
        default=120.0, description="An incident that waits longer is parked on the retry topic."
    )


class Drain(Section):
    """How a worker leaves."""

    timeout: Duration = Field(
        default=30.0, gt=0, description="From SIGTERM to exit 0; what is not done is redelivered."
    )


class Http(Section):
    """The built-in web server."""

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port to listen on; also PORT.")
    max_connections: int = Field(
        default=500,
        ge=10,
        description="Connections at a time; more are answered with 503, but for probes. Below the limit of open files.",
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


class MetricsSettings(Section):
    """What is counted."""

    max_cameras: int = Field(
        default=100, ge=0, description="Cameras with a label of their own; the rest is `other`."
    )


class LogFormat(StrEnum):
    """How log lines look."""

    AUTO = "auto"
    HUMAN = "human"
    JSON = "json"


class Log(Section):
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
