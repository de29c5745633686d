"""What became of every record: read from the topics and the disk, and nobody's word for it.

Knows the documented interface only: topics, the fields of an answer, the layout of the output.
"""

import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from devtools.broker.records import Record, progress, read_all
from devtools.chaos.clips import Shelf
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
    twice: int = 0
    """Records that were sent although the incident had been."""
    garbage: int = 0
    answers: int = 0
    """Completion events, repeats included."""
    repeats: int = 0
    """Completion events whose id had been said before."""
    revised: int = 0
    """Later revisions: what a replay has had cut anew."""
    buried_again: int = 0
    """Dead letters of an origin that had one."""
    outcomes: Counter[str] = field(default_factory=Counter)
    """Of the newest answers."""
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
    untrue: list[str] = field(default_factory=list)
    """Incidents that are not called complete, although all of them were filmed."""
    bad_files: list[str] = field(default_factory=list)
    """Announced files that are not there, or not what was announced, or do not show it."""
    staging: list[str] = field(default_factory=list)
    """Left behind."""
    undead: list[Origin] = field(default_factory=list)
    """Garbage without a dead letter."""
    wronged: list[Origin] = field(default_factory=list)
    """Dead letters of what was no garbage."""
    mangled: list[Origin] = field(default_factory=list)
    """Dead letters that are not, byte for byte, what was sent."""

    @property
    def settled(self) -> bool:
        """Whether nothing more is on its way."""
        return not self.lag and not self.lost and not self.undead

    @property
    def good(self) -> bool:
        """Whether every promise was kept."""
        return self.settled and self.incidents > 0 and not any(getattr(self, f) for f in _FAULTS)

    def __str__(self) -> str:
        outcomes = ", ".join(f"{count} {name}" for name, count in sorted(self.outcomes.items()))
        lines = [
            f"{self.incidents} incidents, {self.twice} records of them again: {outcomes}",
            f"{self.answers} completion events, {self.repeats} said before, {self.revised} revised",
            f"{self.garbage} records of garbage, {self.buried_again} buried twice; lag {self.lag}",
            f"longest silence {self.silence:.1f} s",
        ]
        faults = {name: getattr(self, name) for name in _FAULTS}
        lines += [f"{name}: {len(all_)}, e.g. {all_[:3]}" for name, all_ in faults.items() if all_]
        return "\n".join(lines)


_FAULTS = (
    "lost",
    "split",
    "foreign",
    "untrue",
    "bad_files",
    "staging",
    "undead",
    "wronged",
    "mangled",
)


async def examine(site: Installation, *, files: bool = True) -> Verdict:
    """The state of things now; with `files`, for which all must be at rest, clips are played too."""
    verdict = Verdict()
    asked = await read_all(site.address, INCIDENTS)
    said = await read_all(site.address, ANSWERS)
    dead = await read_all(site.address, DEAD)
    ids = Counter(_content(r)["incident_id"] for r in asked if r.key != GARBAGE_KEY)
    garbage = {(r.topic, r.partition, r.offset): r for r in asked if r.key == GARBAGE_KEY}
    verdict.incidents, verdict.twice = len(ids), ids.total() - len(ids)
    verdict.garbage, verdict.answers = len(garbage), len(said)
    verdict.silence = _silence(asked, said)
    for topic in CONSUMED:
        found = await progress(site.address, site.group, topic)
        verdict.lag += sum(at.lag for at in found.values())
    _judge_answers(verdict, set(ids), said)
    _judge_dead(verdict, garbage, dead)
    if files:
        _judge_files(verdict, Shelf(site.output, site.footage), said)
    return verdict


def _silence(asked: Sequence[Record], said: Sequence[Record]) -> float:
    last = max((record.timestamp for record in asked), default=0)
    times = sorted(record.timestamp for record in said if record.timestamp <= last)
    return max((b - a for a, b in pairwise(times)), default=0) / 1000


def _judge_answers(verdict: Verdict, ids: set[str], said: Iterable[Record]) -> None:
    events: dict[str, list[tuple[str, int, str, bytes]]] = defaultdict(list)
    for record in said:
        answer = _content(record)
        event_id = dict(record.headers)["ce_id"].decode()
        events[answer["incident"]["id"]].append(
            (answer["clip_id"], answer["revision"], event_id, record.value or b"")
        )
    verdict.lost = sorted(ids - events.keys())
    verdict.foreign = sorted(events.keys() - ids)
    for name, told in events.items():
        clips = {clip for clip, *_ in told}
        revisions = {revision for _, revision, *_ in told}
        event_ids = {event_id for _, _, event_id, _ in told}
        contents = {(event_id, value) for _, _, event_id, value in told}
        verdict.repeats += len(told) - len(event_ids)
        verdict.revised += len(revisions) - 1
        if len(clips) != 1 or not len(revisions) == len(event_ids) == len(contents):
            verdict.split.append(name)


def _judge_dead(verdict: Verdict, garbage: Mapping[Origin, Record], dead: Iterable[Record]) -> None:
    origins = Counter(_origin(dict(record.headers)) for record in dead)
    verdict.undead = sorted(garbage.keys() - origins.keys())
    verdict.wronged = sorted(origins.keys() - garbage.keys())
    verdict.buried_again = origins.total() - len(origins)
    for letter in dead:
        sent = garbage.get(origin := _origin(dict(letter.headers)))
        if sent is not None and (sent.key, sent.value) != (letter.key, letter.value):
            verdict.mangled.append(origin)


def _judge_files(verdict: Verdict, shelf: Shelf, said: Iterable[Record]) -> None:
    newest: dict[str, dict[str, Any]] = {}
    for answer in map(_content, said):
        known = newest.get(answer["clip_id"])
        if known is None or known["revision"] < answer["revision"]:
            newest[answer["clip_id"]] = answer
    for answer in newest.values():
        name, outcome = answer["incident"]["id"], answer["outcome"]
        verdict.outcomes[outcome] += 1
        if outcome != "complete":
            verdict.untrue.append(f"{name}: {outcome}, {answer['reason']}")
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        for answer, problems in zip(
            newest.values(), threads.map(shelf.problems, newest.values()), strict=True
        ):
            verdict.bad_files += [f"{answer['incident']['id']}: {what}" for what in problems]
    verdict.staging = shelf.left_behind()


def _content(record: Record) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(record.value or b"")
    return content


def _origin(headers: Mapping[str, bytes]) -> Origin:
    topic, partition, offset = (
        headers[f"__connect.errors.{name}"].decode() for name in ("topic", "partition", "offset")
    )
    return topic, int(partition), int(offset)
