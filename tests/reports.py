"""What is told of cameras, for tests that show it."""

from datetime import UTC, datetime

from schemas.camera_report import CameraReport

SEEN = datetime(2026, 11, 24, tzinfo=UTC)
"""When the newest recording of `camera` ends."""


def camera(name: str, *, name_off: float = 0.0) -> CameraReport:
    """A camera that was seen once."""
    return CameraReport(
        camera_id=name,
        oldest=SEEN,
        newest=SEEN,
        lag_seconds=1.0,
        segments=3,
        bytes=12,
        segment_seconds=5.0,
        codecs=(),
        name_off_seconds=name_off,
        problems=(),
    )
