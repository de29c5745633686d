"""What became of every record: read from the topics and the disk, and nobody's word for it.

Knows the documented interface only: topics, the fields of an answer, the layout of the output.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import av

from devtools.broker.records import Record, progress, read_all
from devtools.installation import Installation

INCIDENTS, ANSWERS, DEAD = (
    "incident.reported.v1",
    "clip.completed.v1",
    "incident.reported.v1.dlq",
)
CONSUMED = (INCIDENTS, "incident.backfill.v1", "incident.retry.v1")
GARBAGE_KEY = b"garbage"
"""Key of the records that were never meant to be incidents."""

Origin = tuple[str, int, int]


@dataclass(slots=True)
class Verdict:
    """Everything that is wrong is a list; an empty one is good."""

    incidents: int = 0
    garbage: int = 0
    answers: int = 0
    """Completion events, repeats included."""
    outcomes: Counter[str] = field(default_factory=Counter)
    lag: int = 0
    """Records that the group has not committed."""
    silence: float = 0.0
    """Longest time between two answers while incidents came, seconds."""
    lost: list[str] = field(default_factory=list)
    """Incidents without an answer."""
    split: list[str] = field(default_factory=list)
    """Incidents with more than one clip id, or event id a revision, or content an event id."""
    foreign: list[str] = field(default_factory=list)
    """Answers to what nobody asked."""
    bad_files: list[str] = field(default_factory=list)
    """Announced files that are not there, or not what was announced."""
    staging: list[str] = field(default_factory=list)
    """Left behind."""
    undead: list[Origin] = field(default_factory=list)
    """Garbage without a dead letter."""
    wronged: list[Origin] = field(default_factory=list)
    """Dead letters of what was no garbage."""

    @property
    def settled(self) -> bool:
        """Whether nothing more is on its way."""
        return not self.lag and not self.lost and not self.undead

    @property
    def good(self) -> bool:
        """Whether every promise was kept."""
        return self.settled and self.incidents > 0 and not any(getattr(self, f) for f in _FAULTS)

    def __str__(self) -> str:
        repeats = self.answers / self.incidents if self.incidents else 0.0
        outcomes = ", ".join(f"{count} {name}" for name, count in sorted(self.outcomes.items()))
        counts = f"{repeats:.2f} events an incident; {self.garbage} garbage; lag {self.lag}"
        counts += f"; longest silence {self.silence:.1f} s"
        faults = {name: getattr(self, name) for name in _FAULTS}
        return "\n".join(
            [
                f"{self.incidents} incidents: {outcomes}; {counts}",
                *(f"{name}: {len(all_)}, e.g. {all_[:3]}" for name, all_ in faults.items() if all_),
            ]
        )


_FAULTS = ("lost", "split", "foreign", "bad_files", "staging", "undead", "wronged")


async def examine(site: Installation, *, files: bool = True) -> Verdict:
    """The state of things now; with `files`, for which all must be at rest, clips are played too."""
    verdict = Verdict()
    asked = await read_all(site.address, INCIDENTS)
    said = await read_all(site.address, ANSWERS)
    dead = await read_all(site.address, DEAD)
    ids = {json.loads(r.value or b"")["incident_id"] for r in asked if r.key != GARBAGE_KEY}
    garbage = {(r.topic, r.partition, r.offset) for r in asked if r.key == GARBAGE_KEY}
    verdict.incidents, verdict.garbage, verdict.answers = len(ids), len(garbage), len(said)
    verdict.silence = _silence(asked, said)
    for topic in CONSUMED:
        found = await progress(site.address, site.group, topic)
        verdict.lag += sum(at.lag for at in found.values())
    _judge_answers(verdict, ids, said)
    _judge_dead(verdict, garbage, dead)
    if files:
        _judge_files(verdict, site.output, said)
    return verdict


def _silence(asked: Sequence[Record], said: Sequence[Record]) -> float:
    last = max((record.timestamp for record in asked), default=0)
    times = sorted(record.timestamp for record in said if record.timestamp <= last)
    return max((b - a for a, b in pairwise(times)), default=0) / 1000


def _judge_answers(verdict: Verdict, ids: set[str], said: Iterable[Record]) -> None:
    events: dict[str, list[tuple[str, int, str, bytes]]] = defaultdict(list)
    for record in said:
        answer = _answer(record)
        event_id = dict(record.headers)["ce_id"].decode()
        events[answer["incident"]["id"]].append(
            (answer["clip_id"], answer["revision"], event_id, record.value or b"")
        )
        verdict.outcomes[answer["outcome"]] += 1
    verdict.lost = sorted(ids - events.keys())
    verdict.foreign = sorted(events.keys() - ids)
    for name, told in events.items():
        clips = {clip for clip, *_ in told}
        revisions = {revision for _, revision, *_ in told}
        event_ids = {event_id for _, _, event_id, _ in told}
        contents = {(event_id, value) for _, _, event_id, value in told}
        if len(clips) != 1 or not len(revisions) == len(event_ids) == len(contents):
            verdict.split.append(name)


def _judge_dead(verdict: Verdict, garbage: set[Origin], dead: Iterable[Record]) -> None:
    origins = {_origin(dict(record.headers)) for record in dead}
    verdict.undead = sorted(garbage - origins)
    verdict.wronged = sorted(origins - garbage)


def _judge_files(verdict: Verdict, output: Path, said: Iterable[Record]) -> None:
    newest: dict[str, dict[str, Any]] = {}
    for answer in map(_answer, said):
        known = newest.get(answer["clip_id"])
        if known is None or known["revision"] < answer["revision"]:
            newest[answer["clip_id"]] = answer
    for answer in newest.values():
        for problem in _problems(output, answer):
            verdict.bad_files.append(f"{answer['incident']['id']}: {problem}")
    staging = output / ".staging"
    verdict.staging = [str(p.relative_to(output)) for p in staging.rglob("*") if p.is_file()]


def _problems(output: Path, answer: dict[str, Any]) -> list[str]:
    found = [
        f"{file['path']} is missing"
        for file in answer["annotation_files"].values()
        if not (output / file["path"]).is_file()
    ]
    if (video := answer["video"]) is None:
        return found
    path = output / video["path"]
    if not path.is_file():
        return [*found, f"{video['path']} is missing"]
    if hashlib.sha256(path.read_bytes()).hexdigest() != video["sha256"]:
        return [*found, f"{video['path']} is not what was announced"]
    return found if plays(path) else [*found, f"{video['path']} does not play"]


def plays(path: Path) -> bool:
    """Whether every picture of a clip decodes."""
    try:
        with av.open(str(path)) as clip:
            stream = clip.streams.video[0]
            stream.codec_context.options = {"err_detect": "explode"}
            packets = pictures = 0
            for packet in clip.demux(stream):
                packets += packet.size > 0
                pictures += len(packet.decode())
    except (av.FFmpegError, IndexError):
        return False
    return packets == pictures > 0


def _answer(record: Record) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(record.value or b"")
    return answer


def _origin(headers: Mapping[str, bytes]) -> Origin:
    topic, partition, offset = (
        headers[f"__connect.errors.{name}"].decode() for name in ("topic", "partition", "offset")
    )
    return topic, int(partition), int(offset)
