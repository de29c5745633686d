"""How clips are made, where they go, and how long they stay."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from schemas.section import Section
from schemas.units import Duration, Size


class Checksum(StrEnum):
    """What is computed over each clip."""

    SHA256 = "sha256"
    BLAKE3 = "blake3"
    NONE = "none"


class Durability(StrEnum):
    """What a clip has survived when it is announced."""

    FULL = "full"
    GROUP = "group"
    NONE = "none"


class Output(Section):
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
        "they are announced. group: the same, but three syncs of the whole output volume, shared by the "
        "clips that are finished at about the same time, take the place of eight syncs for each: 1.1 to 1.7 "
        "times as many clips a second, for backfill with cut.workers at 8 or so and a volume that is not "
        "the recorder's. none: the kernel writes them when it likes; a power cut or a kernel "
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
    PARTS = "parts"
    PARTIAL = "partial"


class Merge(StrEnum):
    """Whether incidents share a clip whose windows differ."""

    OFF = "off"
    PER_CAMERA = "per_camera"


def _off(written: object) -> object:
    """YAML reads a bare `off` as false."""
    return "off" if written is False else written


class Cut(Section):
    """How clips are made."""

    engine: Engine = Field(
        default=Engine.AUTO,
        description="auto: the cheapest means that is right for the footage; splice (in process) "
        "or ffmpeg force one.",
    )
    workers: int | None = Field(
        default=None,
        ge=1,
        le=64,
        description="Cuts at the same time; null = as many as there are cores, and at least 2.",
    )
    processes: int | None = Field(
        default=None,
        ge=0,
        le=64,
        description="Processes that copy, read and prove clips, each on a core of its own and replaced "
        "when it dies; null = as many as there are cores, but no more than cut.workers. 0 = in threads "
        "of the worker itself, which saves 10 MB each and takes longer for several clips at a time.",
    )
    exact_above: Duration = Field(
        default=90.0,
        ge=0,
        description="An incident that does not say its precision gets whole segments, or, where one of "
        "them is longer than this, an exact clip. 0 = always exact.",
    )
    timeout: Duration = Field(default=60.0, gt=0, description="A cut that takes longer is killed.")
    mismatch: Mismatch = Field(
        default=Mismatch.TRANSCODE,
        description="Segments that cannot be joined: transcode = encode them again, parts = several "
        "numbered files, each as recorded, partial = show only those that match and say what is "
        "missing.",
    )
    transcode_timeout: Duration = Field(
        default=600.0, gt=0, description="The same, of a picture that is encoded again."
    )
    merge: Annotated[Merge, BeforeValidator(_off)] = Field(
        default=Merge.OFF,
        description="per_camera: windows of a camera that overlap or touch and wait at the same time "
        "become one longer clip; each incident still has its own answer, which then waits for the "
        "last window. off: only incidents with the same window share a clip.",
    )
    merge_max: Duration = Field(
        default=300.0,
        gt=0,
        description="Longest window of a merged clip; longer ones are separate.",
    )
    decode_check: int = Field(
        default=100, ge=0, description="1 clip in so many is decoded whole afterwards; 0 = none."
    )


class Retention(Section):
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
