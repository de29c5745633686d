"""The parts that work without Kafka, built from the settings: shared by the worker and `clip`."""

from collections.abc import Callable
from dataclasses import replace
from datetime import tzinfo
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from tzlocal import get_localzone

from processors.adapters.amend_list import DiskAmendList
from processors.adapters.clip_store import DiskClipStore
from processors.adapters.clock import SystemClock
from processors.adapters.conforming_cutter import ConformingCutter
from processors.adapters.container_probe import ContainerProbe
from processors.adapters.cutter import FfmpegCutter
from processors.adapters.cutter_pool import CutterPool
from processors.adapters.digest import check_available
from processors.adapters.ffmpeg import Ffmpeg, find_ffmpeg
from processors.adapters.footage_disk import DiskRecordings
from processors.adapters.footage_hold import FootageHold
from processors.adapters.footage_survey import FootageSurvey
from processors.adapters.footage_watch import NEEDED, FootageWatch, can_watch
from processors.adapters.group_book import DiskGroupBook
from processors.adapters.group_commit import GroupCommit
from processors.adapters.held_reader import HeldReader
from processors.adapters.parting_cutter import PartingCutter
from processors.adapters.pooled_splicer import PooledSplicer
from processors.adapters.splicer import Splicer
from processors.answer import Answers
from processors.clip_job import ClipJob
from processors.cutting.ladder import Ladder, Rung
from processors.footage.readiness import Patience
from processors.footage.setup import Setups, read_setups
from processors.merging import Merging
from processors.ports import Cutter
from schemas.clip_settings import Durability, Engine, Merge, Mismatch
from schemas.instant import NANOS
from schemas.settings import Settings


class Services:
    """Adapters and the use case, made when first asked for."""

    def __init__(self, settings: Settings, pool: CutterPool | None = None) -> None:
        self.settings = settings
        self.clock = SystemClock()
        self._pool = pool
        """Where clips are spliced, read and proven; None is here, in threads."""

    def check(self) -> None:
        """Raises `ValueError`, naming the setting, for what its model alone cannot know."""
        read_setups(self.settings.footage, _zone)
        check_available(self.settings.output.checksum)
        if self.settings.footage.watch and not can_watch():
            raise ValueError(
                f"footage.watch = True: needs a package: pip install {NEEDED!r}, or set it to false"
            )

    @cached_property
    def setups(self) -> Setups:
        """How each camera is recorded; raises `ValueError` for a pattern that makes no sense."""
        return read_setups(self.settings.footage, _zone)

    @cached_property
    def recordings(self) -> DiskRecordings:
        """The footage."""
        return DiskRecordings(self.settings.footage.root, self.setups, self.held)

    @property
    def held(self) -> Path:
        """Where recordings are kept that a job needs and the recorder deletes."""
        return self.settings.output.root / ".held"

    @cached_property
    def hold(self) -> FootageHold:
        """Keeps them."""
        footage = self.settings.footage
        return FootageHold(footage.root, self.held, footage.hold_bytes)

    @cached_property
    def survey(self) -> FootageSurvey:
        """How each camera is recorded."""
        root = self.settings.footage.root
        return FootageSurvey(root, self.setups, self.recordings, self.clock)

    @cached_property
    def watch(self) -> FootageWatch:
        """Tells of new footage as it comes."""
        return FootageWatch(self.settings.footage.root, self.setups)

    def close(self) -> None:
        """End what runs beside us."""
        self.recordings.close()
        self.containers.close()

    @cached_property
    def store(self) -> DiskClipStore:
        """The output."""
        output = self.settings.output
        grouped = output.durability is Durability.GROUP
        return DiskClipStore(
            output.root,
            self.settings.retention.min_free,
            sync=self._durable,
            group=GroupCommit(output.root) if grouped else None,
        )

    @cached_property
    def amend_list(self) -> DiskAmendList:
        """Clips whose missing footage may still turn up."""
        return DiskAmendList(self.settings.output.root)

    @cached_property
    def ffmpeg(self) -> Ffmpeg:
        """The ffmpeg that cuts where the splicer refuses."""
        return find_ffmpeg()

    @cached_property
    def group_book(self) -> DiskGroupBook:
        """Answers of incidents that belong together."""
        return DiskGroupBook(self.settings.output.root)

    @cached_property
    def cutter(self) -> Ladder:
        """The cutter."""
        cut = self.settings.cut
        rungs = [*self._copying(self.settings.footage.root).rungs]
        if cut.engine is not Engine.SPLICE:
            rungs.append(Rung("convert", self._converter))
        if cut.mismatch is Mismatch.PARTS:
            alike = Ladder([*rungs])
            rungs.append(Rung("parts", lambda: PartingCutter(self._reader, alike)))
        if cut.mismatch is Mismatch.TRANSCODE and cut.engine is not Engine.SPLICE:
            rungs.append(Rung("transcode", self._transcoder))
        return Ladder(rungs, coarsen=True)

    @cached_property
    def containers(self) -> ContainerProbe:
        """The process that reads what is no MP4, for the cutter."""
        return ContainerProbe()

    @property
    def _durable(self) -> bool:
        return self.settings.output.durability is Durability.FULL

    @property
    def _reader(self) -> HeldReader:
        return HeldReader(self.settings.footage.root, self.containers)

    @property
    def _played(self) -> bool:
        """Whether what no browser plays is to be encoded: then it may not be copied."""
        return self.settings.cut.mismatch is Mismatch.TRANSCODE

    def _copying(self, root: Path) -> Ladder:
        """Ways to copy MP4 files below `root`."""
        cut = self.settings.cut
        alike = (
            root,
            cut.timeout,
            self.held,
            self.settings.output.checksum,
            self._durable,
            self._played,
        )
        rungs: dict[Engine, Callable[[], Cutter]] = {
            Engine.SPLICE: lambda: self._splicer(Splicer(*alike)),
            Engine.FFMPEG: lambda: FfmpegCutter(self.ffmpeg, *alike, pool=self._pool),
        }
        chosen = rungs if cut.engine is Engine.AUTO else (cut.engine,)
        return Ladder([Rung(engine.value, rungs[engine]) for engine in chosen])

    def _splicer(self, splicer: Splicer) -> Cutter:
        return PooledSplicer(splicer, self._pool) if self._pool else splicer

    def _converter(self) -> ConformingCutter:
        cut = self.settings.cut
        return ConformingCutter(
            self.ffmpeg,
            self._reader,
            inner=self._copying,
            timeout=cut.timeout,
            encode=False,
            played=self._played,
        )

    def _transcoder(self) -> ConformingCutter:
        timeout = self.settings.cut.transcode_timeout
        return replace(self._converter(), encode=True, timeout=timeout)

    @property
    def merging(self) -> Merging:
        """Which incidents share a clip."""
        cut = self.settings.cut
        return Merging(None if cut.merge is Merge.OFF else round(cut.merge_max * NANOS))

    @cached_property
    def job(self) -> ClipJob:
        """The use case."""
        footage = self.settings.footage
        return ClipJob(
            self.recordings,
            self.cutter,
            self.store,
            self.clock,
            answers=Answers(self.settings.output.base_url),
            patience=Patience(footage.patience, footage.poll_interval),
            windows=self.settings.windows,
            mixed=self.settings.cut.mismatch is not Mismatch.PARTIAL,
            exact_above=round(self.settings.cut.exact_above * NANOS),
            hold=self.hold,
        )


def _zone(name: str) -> tzinfo:
    return get_localzone() if name == "local" else ZoneInfo(name)
