"""The registry: one job per clip, nothing due is forgotten, nothing taken away is kept."""

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from processors.registry import JobState, Registry
from processors.request import ClipRequest
from processors.span import Span
from schemas.incident import Precision

Event = tuple[int, int]
"""Partition and offset."""


def wanted(clip: str, camera: str = "camera1") -> ClipRequest:
    return ClipRequest(
        clip_id=clip,
        incident_id=f"i-{clip}",
        camera=camera,
        at=100,
        window=Span(0, 200),
        precision=Precision.SEGMENTS,
        reported_at=100,
    )


def test_the_same_clip_twice_is_one_job_with_two_events() -> None:
    registry: Registry[Event] = Registry()
    first, new = registry.admit(wanted("a"), (0, 1), now=10)
    second, again = registry.admit(wanted("a"), (0, 2), now=11)

    assert (new, again, first is second) == (True, False, True)
    assert registry.finish(first) == [(0, 1), (0, 2)]
    assert len(registry) == 0


def test_a_new_job_is_due_at_once_and_only_once() -> None:
    registry: Registry[Event] = Registry()
    job, _ = registry.admit(wanted("a"), (0, 1), now=10)

    assert registry.due(10) == [job]
    assert registry.due(10) == []


def test_due_jobs_come_earliest_first() -> None:
    registry: Registry[Event] = Registry()
    jobs = [registry.admit(wanted(clip), (0, i), now=0)[0] for i, clip in enumerate("abc")]
    registry.due(0)
    for job, at in zip(jobs, (30, 10, 20), strict=True):
        registry.schedule(job, at)

    assert registry.next_due() == 10
    assert [job.request.clip_id for job in registry.due(25)] == ["b", "c"]


def test_a_rescheduled_job_is_not_due_at_its_old_time() -> None:
    registry: Registry[Event] = Registry()
    job, _ = registry.admit(wanted("a"), (0, 1), now=0)
    registry.schedule(job, 50)

    assert registry.due(49) == []
    assert registry.due(50) == [job]


def test_a_hint_hastens_only_its_camera() -> None:
    registry: Registry[Event] = Registry()
    near, _ = registry.admit(wanted("a", "camera1"), (0, 1), now=0)
    far, _ = registry.admit(wanted("b", "camera2"), (0, 2), now=0)
    registry.due(0)
    registry.schedule(near, 300)
    registry.schedule(far, 300)
    registry.hasten("camera1", now=205)

    assert registry.due(205) == [near]


def test_a_hint_is_no_reason_to_look_while_the_window_is_open() -> None:
    registry: Registry[Event] = Registry()
    job, _ = registry.admit(wanted("a", "camera1"), (0, 1), now=0)
    registry.due(0)
    end = job.request.window.end
    registry.schedule(job, end + 100)
    registry.hasten("camera1", now=end - 1)
    assert registry.next_due() == end + 100

    registry.hasten("camera1", now=end)
    assert registry.next_due() == end


def test_a_hint_does_not_shorten_the_pause_after_a_fault() -> None:
    registry: Registry[Event] = Registry()
    job, _ = registry.admit(wanted("a", "camera1"), (0, 1), now=0)
    registry.due(0)
    job.attempts = 1
    registry.schedule(job, 400)
    registry.hasten("camera1", now=300)
    assert registry.next_due() == 400


def test_a_revoked_waiting_job_is_dropped_and_a_cutting_one_kept_without_events() -> None:
    registry: Registry[Event] = Registry()
    waiting, _ = registry.admit(wanted("a"), (0, 1), now=0)
    cutting, _ = registry.admit(wanted("b"), (0, 2), now=0)
    cutting.state = JobState.CUTTING

    assert registry.revoke(lambda event: event[0] == 0) == 2
    assert registry.get(waiting.request.clip_id) is None
    assert registry.get(cutting.request.clip_id) is cutting
    assert cutting.events == []


def test_a_job_keeps_the_events_of_partitions_that_stay() -> None:
    registry: Registry[Event] = Registry()
    job, _ = registry.admit(wanted("a"), (0, 1), now=0)
    registry.admit(replace(wanted("a"), type="other"), (1, 9), now=0)
    registry.revoke(lambda event: event[0] == 0)

    assert registry.finish(job) == [(1, 9)]


class Desk(RuleBasedStateMachine):
    """Any order of admissions, looks, endings and revocations."""

    def __init__(self) -> None:
        super().__init__()
        self.registry: Registry[Event] = Registry()
        self.open: set[Event] = set()
        self.now = 0
        self.offset = 0

    @rule(clip=st.sampled_from("abcd"), partition=st.integers(0, 1))
    def admit(self, clip: str, partition: int) -> None:
        self.offset += 1
        event = (partition, self.offset)
        self.registry.admit(wanted(clip), event, self.now)
        self.open.add(event)

    @rule(step=st.integers(0, 5), pause=st.integers(0, 5), ready=st.booleans())
    def look(self, step: int, pause: int, ready: bool) -> None:
        self.now += step
        for job in self.registry.due(self.now):
            assert job.look_at <= self.now
            if ready:
                job.state = JobState.CUTTING
            else:
                self.registry.schedule(job, self.now + pause)

    @rule()
    def finish(self) -> None:
        for job in [job for job in self.registry if job.state is JobState.CUTTING]:
            self.open -= set(self.registry.finish(job))

    @rule(partition=st.integers(0, 1))
    def revoke(self, partition: int) -> None:
        self.registry.revoke(lambda event: event[0] == partition)
        self.open = {event for event in self.open if event[0] != partition}

    @invariant()
    def every_open_event_is_held_once(self) -> None:
        held = [event for job in self.registry for event in job.events]
        assert sorted(held) == sorted(self.open)

    @invariant()
    def every_waiting_job_will_be_due(self) -> None:
        waiting = [job for job in self.registry if job.state is JobState.WAITING]
        if waiting:
            assert self.registry.next_due() == min(job.look_at for job in waiting)


TestDesk = Desk.TestCase
