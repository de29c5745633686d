"""What the recordings of each camera are like: `cameras` on the command line and over HTTP."""

from pydantic import BaseModel, ConfigDict, Field

from schemas.instant import Instant


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)


class CameraReport(_Told):
    """A camera as its recordings show it. Times are by the recorder's clock."""

    camera_id: str = Field(description="Its name.", examples=["camera1"])
    newest: Instant | None = Field(
        description="End of the newest recording that can be read.",
        examples=["2026-11-24T08:23:50.020000Z"],
    )
    lag_seconds: float | None = Field(description="From there to now.", examples=[1.2])
    oldest: Instant | None = Field(
        description="Start of the oldest recording, by its name.",
        examples=["2026-11-17T08:23:30.020000Z"],
    )
    segments: int = Field(ge=0, description="Recorded files.", examples=[17280])
    bytes: int = Field(ge=0, description="Of all recorded files.", examples=[190062858240])
    segment_seconds: float | None = Field(
        description="How long its files usually are.", examples=[5.0]
    )
    codecs: tuple[str, ...] = Field(
        description="Of its newest recording.", examples=[["avc1.64001f", "mp4a.40.2"]]
    )
    name_off_seconds: float = Field(
        description="By how much the name that is furthest off, of its newest recordings, is later than "
        "the recorder's clock in the file; 0 if all are true to the second.",
        examples=[0.0],
    )
    problems: tuple[str, ...] = Field(
        description="What an operator should look at.",
        examples=[["3 files have names that its pattern does not explain, for example 'x.mp4'"]],
    )


class FootageReport(_Told):
    """The cameras that the footage root has."""

    cameras: tuple[CameraReport, ...] = Field(description="By name.")
    strangers: int = Field(
        ge=0, description="Files of no camera: no pattern explains their names.", examples=[0]
    )
    problems: tuple[str, ...] = Field(description="What concerns no single camera.", examples=[[]])
