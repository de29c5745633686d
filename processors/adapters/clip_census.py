"""What has been published, at a glance: without reading any of it."""

import os
from itertools import islice
from pathlib import Path
from statistics import median

_SAMPLE = 2000


class ClipCensus:
    """Looks at the output folder of workers, which need not run."""

    def __init__(self, root: Path) -> None:
        self._videos = root / "videos"
        self._annotations = root / "annotations"

    def is_answered(self, stem: str) -> bool:
        """Whether there is an answer under `stem`, also one without a clip."""
        return (self._annotations / f"{stem}.json").exists()

    def usual_size(self) -> int | None:
        """Median of the bytes of (2000) published clips; None where there is none."""
        try:
            with os.scandir(self._videos) as entries:
                sizes = [entry.stat().st_size for entry in islice(entries, _SAMPLE)]
        except FileNotFoundError:
            return None
        return round(median(sizes)) if sizes else None
