"""Where `benchmarks.e2e` runs: Apache Kafka, footage that is all there, and workers."""

import contextlib
import itertools
import os
import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.cut_footage import SECONDS, make
from devtools.broker.kafka import KafkaBroker
from devtools.installation import Installation, Worker

CAMERAS = tuple(f"camera{i}" for i in range(8))
BEFORE, AFTER = 15, 5
_FILES = 16
"""Of each camera."""
PARTITIONS = 12
_AGE = timedelta(seconds=60)
"""Of the newest footage: nothing waits for any."""


class Site:
    """Broker and footage for as long as it is open; workers come and go."""

    def __init__(self, folder: Path, stack: contextlib.ExitStack, seed: int) -> None:
        self._folder = folder
        self._chance = random.Random(seed)
        self._numbers = itertools.count()
        self.newest = datetime.now(UTC).replace(microsecond=0) - _AGE
        self._lay_footage()
        self.broker = stack.enter_context(KafkaBroker(folder / "kafka"))

    def installation(self, name: str, settings: Mapping[str, str]) -> Installation:
        """A fresh output, and a group and topics that are read from where they end."""
        site = Installation(
            self._folder,
            self.broker.address,
            {
                "CLIPS_KAFKA__PARTITIONS": str(PARTITIONS),
                "CLIPS_KAFKA__GROUP": "bench",
                "CLIPS_OUTPUT__ROOT": str(self._folder / f"output-{name}"),
                **settings,
            },
        )
        created = site.command("topics", "create")
        if created.returncode:
            raise RuntimeError(created.stdout + created.stderr)
        return site

    @contextlib.contextmanager
    def workers(self, name: str, settings: Mapping[str, str], count: int) -> Iterator[list[Worker]]:
        """So many workers, all of which have partitions."""
        site = self.installation(name, settings)
        with contextlib.ExitStack() as stack:
            workers = [stack.enter_context(site.worker(f"{name}-{i}")) for i in range(count)]
            for worker in workers:
                worker.until_ready()
            yield workers

    def incident(self) -> tuple[str, dict[str, object]]:
        """Another id each time, and another window of footage that is there."""
        length = _FILES * SECONDS
        at = self.newest - timedelta(seconds=self._chance.uniform(AFTER + 1, length - BEFORE - 1))
        name = f"bench-{next(self._numbers)}"
        return name, {
            "incident_id": name,
            "camera_id": self._chance.choice(CAMERAS),
            "timestamp": at.isoformat(timespec="milliseconds"),
            "before": BEFORE,
            "after": AFTER,
        }

    def _lay_footage(self) -> None:
        """The same files for every camera."""
        made = make(self._folder / "made", "4MB", "fmp4", _FILES)
        for camera, i in itertools.product(CAMERAS, range(_FILES)):
            start = self.newest - timedelta(seconds=(_FILES - i) * SECONDS)
            name = self._folder / "footage" / camera / f"{camera}_{start:%Y%m%d_%H%M%S}.mp4"
            name.parent.mkdir(parents=True, exist_ok=True)
            source = made.timeline.segments[i].path
            os.link(made.root / source, name)
