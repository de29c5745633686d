"""The catalogue of metrics: each with the sentence that an operator needs. Names are a contract.

Every record that is taken is counted once and later leaves our hands in exactly one way, both in one
step of the loop, so at any scrape

    clip_incidents_received_total = sum(clip_requests_total) + clip_queue_depth

Faust's own sensor is not used: its names fail `promtool check metrics`. Label values are closed
lists, but for cameras, of which only the first `metrics.max_cameras` are told apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Literal, get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)

from processors.registry import JobState
from schemas.camera_report import FootageReport
from schemas.clip import ClipCompleted, Method, Part
from schemas.instant import NANOS, to_ns
from schemas.reason import DeadLetterReason, Outcome, Reason
from topics.names import CONSUMED

OTHER = "other"
"""The label of all cameras beyond `metrics.max_cameras`."""
NO_CAMERA = ""

_LATENCY = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 20, 30, 45, 60, 120, 300, 900)
_WORK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_HTTP = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

Left = Literal["done", "failed", "duplicate", "dead", "ignored", "parked", "released"]
"""How a record leaves our hands."""
STAGES = ("seen", "footage", "queue", "cut", "verify", "publish", "announce", "beyond_footage")
"""Parts of the way of an incident, in order; `beyond_footage` is all of it but the wait for its window to end."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One metric of the catalogue."""

    name: str
    kind: str
    labels: tuple[str, ...]
    sentence: str


VERDICTS = ("clean", "broken", "failed", "skipped")
LOSSES = ("timeout", "died")
"""Why a process that cuts was replaced."""
"""Of the sampled full decode."""


class Metrics:
    """One registry with everything that a worker counts."""

    def __init__(self, max_cameras: int = 100) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call] # of the library
        self.registry = CollectorRegistry()
        self.catalogue: list[Entry] = []
        self._max_cameras = max_cameras
        self._cameras: set[str] = set()
        self._promised()
        self._incidents()
        self._cutting()
        self._refused()
        self._kafka()
        self._storage()
        self._http()
        self._process()
        self._show_zeros()

    def take(self) -> None:
        """A record has come into our hands."""
        self.received.inc()
        self.depth.inc()

    def leave(self, camera: str, how: Left) -> None:
        """A record has left our hands."""
        self.depth.dec()
        self.requests.labels(camera=self.camera(camera), status=how).inc()

    def release(self, count: int) -> None:
        """Records whose partition was taken away: somebody else gets them again."""
        self.depth.dec(count)
        self.requests.labels(camera=NO_CAMERA, status="released").inc(count)

    def answer(self, answer: ClipCompleted) -> None:
        """A new answer has been announced."""
        reason = answer.reason.value if answer.reason else ""
        self.answers.labels(outcome=answer.outcome.value, reason=reason).inc()
        if answer.reason is not None:
            self.errors.labels(type=reason).inc()
        self.read_bytes.inc(sum(clip.file_size for clip in answer.source_clips))
        for video in answer.videos:
            method = video.method if isinstance(video, Part) else answer.method
            if method is not None:
                self.methods.labels(method=method.value).inc()
            shared = method is Method.CLONE
            (self.shared_bytes if shared else self.written_bytes).inc(video.size_bytes)

    def camera(self, name: str) -> str:
        """The label for a camera."""
        if name and name not in self._cameras:
            if len(self._cameras) >= self._max_cameras:
                return OTHER
            self._cameras.add(name)
        return name

    def show_cameras(self, found: FootageReport, now: int) -> None:
        """Note what the recordings of each camera are like, at `now`."""
        for camera in found.cameras:
            label = self.camera(camera.camera_id)
            if camera.newest is not None and label != OTHER:
                age = (now - to_ns(camera.newest)) / NANOS
                self.footage_age.labels(camera=label).set(age)
                self.names_off.labels(camera=label).set(camera.name_off_seconds)

    def stage(self, name: str, seconds: float) -> None:
        """Note how long a part of the way took."""
        self.stages.labels(stage=name).observe(max(0.0, seconds))

    def _promised(self) -> None:
        self.requests = self._counter(
            "clip_requests",
            "Incidents that left our hands, by camera and how: done, failed, duplicate, dead, ignored, "
            "parked (to be read again later) or released (their partition went to another worker).",
            "camera",
            "status",
        )
        self.latency = self._histogram(
            "clip_latency_seconds",
            "From the incident's record to its acknowledged answer; includes the wait for the window "
            "to end and for its footage.",
            _LATENCY,
        )
        self.depth = self._gauge(
            "clip_queue_depth", "Incidents in this worker's hands that are not answered yet."
        )
        self.errors = self._counter(
            "clip_errors",
            "Answers that are not complete, by reason, and faults of ours (internal): if internal "
            "grows, read the log.",
            "type",
        )

    def _incidents(self) -> None:
        self.received = self._counter(
            "clip_incidents_received",
            "Records read from the incident topics, redeliveries included.",
        )
        self.answers = self._counter(
            "clip_answers",
            "New answers by outcome and reason; a rise of one reason says what broke.",
            "outcome",
            "reason",
        )
        self.jobs = self._gauge(
            "clip_jobs",
            "Clips to make, by what they are doing: waiting for footage, ready to be cut, cutting.",
            "state",
        )
        self.oldest = self._gauge(
            "clip_oldest_waiting_seconds",
            "Age of the oldest incident in this worker's hands; grows without end if footage or "
            "cutting is stuck.",
        )
        self.stages = self._histogram(
            "clip_stage_seconds",
            "Parts of the way: seen (record to worker), footage (worker to footage there), queue "
            "(there to cutter free), cut, verify (proof of the clip), publish (files get their names), "
            "announce (until Kafka has it), beyond_footage (end of window to announcement).",
            _WORK + _LATENCY[-4:],
            "stage",
        )

    def _cutting(self) -> None:
        self.decoded = self._counter(
            "clip_decode_checks",
            "Published clips that were decoded whole afterwards (1 in cut.decode_check), by verdict: if "
            "broken grows, the proof misses something.",
            "verdict",
        )
        self.cutters = self._gauge(
            "clip_cutter_processes",
            "Processes that copy and prove clips; below cut.processes for more than a moment, read the "
            "log. 0 where cut.processes is 0.",
        )
        self.cutters_replaced = self._counter(
            "clip_cutter_processes_replaced",
            "Processes that were killed after cut.timeout (timeout) or died (died: a crash, no memory); "
            "their clips are cut again or answered with the reason.",
            "why",
        )

    def _refused(self) -> None:
        self.dead_letters = self._counter(
            "clip_dead_letters",
            "Records that can never become an incident, by reason: ask the producer.",
            "reason",
        )
        self.dead_letters_stopped = self._gauge(
            "clip_dead_letters_stopped",
            "Is 1 when there were too many dead letters and this worker waits for a person.",
        )

    def _kafka(self) -> None:
        self.assigned = self._gauge(
            "clip_assigned_partitions",
            "Partitions that this worker reads; 0 means it does nothing.",
        )
        self.rebalances = self._counter(
            "clip_rebalances",
            "Times that the group was rearranged; more than a few an hour is wrong.",
        )
        self.lag = self._gauge(
            "clip_consumer_lag_records",
            "Records behind the end of the partition that are not settled, those waiting for "
            "footage included.",
            "topic",
            "partition",
        )
        self.watermark_age = self._gauge(
            "clip_watermark_age_seconds",
            "Age of the oldest unsettled record of the partition; after a crash everything since "
            "then is read again.",
            "topic",
            "partition",
        )
        self.deleted_unread = self._counter(
            "clip_incidents_deleted_unread",
            "Records that Kafka deleted before a worker could read them: lost; the log says which.",
            "topic",
        )
        self.loaded = self._gauge(
            "clip_statuses_loaded",
            "Is 1 when GET /clips knows everything that the status topic held at the start.",
        )

    def _storage(self) -> None:
        self.read_bytes = self._counter(
            "clip_read_bytes", "Bytes of the recorded files that clips were cut from."
        )
        self.written_bytes = self._counter("clip_written_bytes", "Bytes of the clips written.")
        self.shared_bytes = self._counter(
            "clip_shared_bytes",
            "Bytes of the clips that share their place on disk with the recordings: they take no room "
            "until the recorder deletes these, and removing such a clip frees none before.",
        )
        self.methods = self._counter(
            "clip_methods",
            "Files of clips by how the picture got into them: clone (shared with the recordings), splice, copy, "
            "transcode; `doctor` says why none are cloned.",
            "method",
        )
        self.free = self._gauge(
            "clip_output_free_bytes", "Room on the output volume; nothing is cut below the floor."
        )
        self.capacity = self._gauge("clip_output_capacity_bytes", "Size of the output volume.")
        self.removed = self._counter(
            "clip_retention_removed",
            "Clips removed by retention, by rule: age, size, floor.",
            "rule",
        )
        self.footage_age = self._gauge(
            "clip_footage_age_seconds",
            "From the end of the camera's newest recording that can be read to now; if it grows, the "
            "recorder has stopped or its disk is gone.",
            "camera",
        )
        self.names_off = self._gauge(
            "clip_footage_names_off_seconds",
            "By how much names of the camera's newest recordings are later than the recorder's clock in "
            "the files; if it is not 0, footage.timezone is wrong or files were renamed.",
            "camera",
        )

    def _http(self) -> None:
        self.http_requests = self._counter(
            "clip_http_requests",
            "HTTP requests by route, method and status code.",
            "route",
            "method",
            "code",
        )
        self.http_seconds = self._histogram(
            "clip_http_request_seconds",
            "Time to answer an HTTP request, downloads included.",
            _HTTP,
            "route",
        )

    def _process(self) -> None:
        self.loop_delay = self._gauge(
            "clip_event_loop_delay_seconds",
            "Longest delay of the event loop since the last scrape; above 1 s something blocks it.",
        )
        self.build = self._gauge(
            "clip_build_info", "Always 1; says what runs.", "version", "python", "faust", "ffmpeg"
        )
        ProcessCollector(registry=self.registry)

    def _show_zeros(self) -> None:
        """A counter that is not there yet cannot be alerted on."""
        self.errors.labels(type="internal")
        self.answers.labels(outcome=Outcome.COMPLETE.value, reason="")
        for outcome, why in product((Outcome.PARTIAL, Outcome.FAILED), Reason):
            self.answers.labels(outcome=outcome.value, reason=why.value)
        for how in get_args(Left):
            self.requests.labels(camera=NO_CAMERA, status=how)
        known: tuple[tuple[Counter | Gauge | Histogram, Iterable[str]], ...] = (
            (self.deleted_unread, CONSUMED),
            (self.dead_letters, DeadLetterReason),
            (self.errors, Reason),
            (self.cutters_replaced, LOSSES),
            (self.decoded, VERDICTS),
            (self.methods, Method),
            (self.jobs, JobState),
            (self.stages, STAGES),
            (self.removed, ("age", "size", "floor")),
        )
        for metric, labels in known:
            for label in labels:
                metric.labels(str(label))

    def _counter(self, name: str, sentence: str, *labels: str) -> Counter:
        self._note(f"{name}_total", "counter", labels, sentence)
        return Counter(name, sentence, labels, registry=self.registry)

    def _gauge(self, name: str, sentence: str, *labels: str) -> Gauge:
        self._note(name, "gauge", labels, sentence)
        return Gauge(name, sentence, labels, registry=self.registry)

    def _histogram(
        self, name: str, sentence: str, buckets: Iterable[float], *labels: str
    ) -> Histogram:
        self._note(name, "histogram", labels, sentence)
        return Histogram(name, sentence, labels, buckets=tuple(buckets), registry=self.registry)

    def _note(self, name: str, kind: str, labels: tuple[str, ...], sentence: str) -> None:
        self.catalogue.append(Entry(name, kind, labels, sentence))
