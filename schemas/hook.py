"""What a recorder says when it has finished a file: a hint, never the truth."""

from pydantic import BaseModel, ConfigDict, Field

from schemas.camera import CameraId


class SegmentHook(BaseModel):
    """The body of `POST /hooks/segment`, as JSON or as a form."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    path: CameraId = Field(
        description="The camera, as the recorder calls it: MediaMTX's MTX_PATH.",
        examples=["camera1"],
    )
    segment: str | None = Field(
        default=None,
        max_length=4096,
        description="The finished file: MediaMTX's MTX_SEGMENT_PATH. Not relied upon.",
        examples=["/recordings/camera1/camera1_20261124_082345.mp4"],
    )
